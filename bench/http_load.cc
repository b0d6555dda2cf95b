#include "bench/http_load.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <utility>

#include "absl/time/clock.h"

namespace furnace::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view kLength = "Content-Length: ";

// Size of the answer that `text` begins with; 0 while its head is incomplete.
std::size_t AnswerSize(std::string_view text) {
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return 0;
  const auto length = text.find(kLength);
  if (length > head_end) return head_end + 4;
  return head_end + 4 +
         std::strtoul(std::string(text.substr(length + kLength.size(), 20)).c_str(), nullptr, 10);
}

}  // namespace

std::string PostRequest(const std::string& path, const std::string& key, const std::string& body) {
  const std::string authorization = key.empty() ? "" : "Authorization: Bearer " + key + "\r\n";
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}Content-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      path, authorization, body.size(), body);
}

class HttpLoad::Connection {
 public:
  Connection(HttpLoad& load, int port) : load_(load), socket_(load.context_) {
    socket_.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)});
    socket_.set_option(tcp::no_delay(true));
  }

  void Send() {
    answer_.clear();
    asio::async_write(socket_, asio::buffer(load_.request_),
                      [this](error_code error, std::size_t) { error ? Fail(error) : Read(); });
  }

  absl::Time due;

 private:
  void Read() {
    socket_.async_read_some(asio::buffer(piece_), [this](error_code error, std::size_t bytes) {
      if (error) return Fail(error);
      answer_.append(piece_.data(), bytes);
      const std::size_t size = AnswerSize(answer_);
      if (size == 0 || answer_.size() < size) return Read();
      load_.OnAnswer(*this, answer_.starts_with("HTTP/1.1 200"));
    });
  }

  // The load goes on without this connection.
  void Fail(const error_code& error) {
    std::fprintf(stderr, "http: %s\n", error.message().c_str());
    ++load_.failures_;
  }

  HttpLoad& load_;
  tcp::socket socket_;
  std::array<char, 8192> piece_{};
  std::string answer_;
};

HttpLoad::HttpLoad(int port, std::string request, int connections) : request_(std::move(request)) {
  for (int i = 0; i < connections; ++i) {
    connections_.push_back(std::make_unique<Connection>(*this, port));
    idle_.push_back(connections_.back().get());
  }
}

HttpLoad::~HttpLoad() = default;

void HttpLoad::OnAnswer(Connection& connection, bool ok) {
  ok ? ++answered_ : ++failures_;
  const absl::Time now = absl::Now();
  if (!paced_ && now < end_) return connection.Send();
  if (paced_) took_.push_back(now - connection.due);
  idle_.push_back(&connection);
  if (paced_) SendDue();
}

// Sends what is due as far as connections are free.
void HttpLoad::SendDue() {
  const absl::Time now = absl::Now();
  while (!idle_.empty() && !due_.empty() && due_.front() <= now) {
    Connection& connection = *idle_.front();
    idle_.pop_front();
    connection.due = due_.front();
    due_.pop_front();
    connection.Send();
  }
}

std::int64_t HttpLoad::Flood(absl::Duration length) {
  paced_ = false;
  answered_ = 0;
  end_ = absl::Now() + length;
  for (Connection* connection : std::exchange(idle_, {})) connection->Send();
  context_.restart();
  context_.run();
  return answered_;
}

std::vector<absl::Duration> HttpLoad::Pace(double rate, absl::Duration length) {
  paced_ = true;
  took_.clear();
  const absl::Time start = absl::Now();
  for (int i = 1; i <= rate * absl::ToDoubleSeconds(length); ++i) {
    due_.push_back(start + i * absl::Seconds(1) / rate);
  }
  asio::steady_timer timer(context_);
  std::deque<absl::Time> moments = due_;
  const std::function<void()> next = [&] {
    if (moments.empty()) return;
    timer.expires_at(std::chrono::steady_clock::now() +
                     absl::ToChronoNanoseconds(moments.front() - absl::Now()));
    moments.pop_front();
    timer.async_wait([&](error_code) {
      SendDue();
      next();
    });
  };
  next();
  context_.restart();
  context_.run();
  return std::move(took_);
}

}  // namespace furnace::bench
