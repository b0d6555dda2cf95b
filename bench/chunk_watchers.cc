#include "bench/chunk_watchers.h"

#include <grpcpp/completion_queue.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/time/clock.h"
#include "furnace/v1/job_service.grpc.pb.h"

namespace furnace::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

using Delays = std::vector<absl::Duration>;

void Note(std::string_view chunk, absl::Time now, Delays& delays) {
  std::int64_t sent = 0;
  const auto [end, error] = std::from_chars(chunk.data(), chunk.data() + chunk.size(), sent);
  if (error == std::errc()) delays.push_back(now - absl::FromUnixNanos(sent));
}

// One stream: its tag is itself.
struct Stream {
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientAsyncReader<v1::WatchResponse>> reader;
  v1::WatchResponse message;
  bool started = false;  // The call itself is the first operation.
  bool watches = false;  // It has been told how the job is.
};

class Socket {
 public:
  Socket(asio::io_context& context, const SocketWatch& how, const std::string& job_id,
         Delays& delays, std::function<void()> on_watching)
      : stream_(context), delays_(delays), on_watching_(std::move(on_watching)) {
    stream_.next_layer().connect(
        {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(how.port)});
    stream_.set_option(
        beast::websocket::stream_base::decorator([&](beast::websocket::request_type& request) {
          request.set(beast::http::field::authorization, "Bearer " + how.key);
        }));
    stream_.handshake("127.0.0.1", "/v1/jobs/" + job_id + "/stream");
    Read();
  }

 private:
  void Read() {
    stream_.async_read(buffer_, [this](boost::system::error_code error, std::size_t) {
      if (error) return;  // The job's end, most likely.
      if (on_watching_) std::exchange(on_watching_, nullptr)();
      const absl::Time now = absl::Now();
      constexpr std::string_view kOutput = "\"output\":";
      const std::string_view text(static_cast<const char*>(buffer_.data().data()), buffer_.size());
      for (auto at = text.find(kOutput); at != std::string_view::npos;
           at = text.find(kOutput, at)) {
        at += kOutput.size();
        Note(text.substr(at), now, delays_);
      }
      buffer_.clear();
      Read();
    });
  }

  beast::websocket::stream<asio::ip::tcp::socket> stream_;
  beast::flat_buffer buffer_;
  Delays& delays_;
  std::function<void()> on_watching_;
};

// Calls `all_watch` when it has been called for each of `count`.
std::function<void()> CountDown(std::size_t count, const std::function<void()>& all_watch) {
  return [left = std::make_shared<std::size_t>(count), all_watch] {
    if (--*left == 0) all_watch();
  };
}

}  // namespace

Delays Watch(const DirectWatch& how, const std::vector<std::string>& job_ids,
             const std::function<void()>& all_watch) {
  const auto stub = v1::JobService::NewStub(rpc::Dial(how.scheduler_address));
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Stream>> streams;
  for (const std::string& id : job_ids) {
    auto& stream = *streams.emplace_back(std::make_unique<Stream>());
    rpc::PrepareFor(stream.context, how.options, how.caller);
    v1::WatchRequest request;
    request.set_job_id(id);
    stream.reader = stub->AsyncWatch(&stream.context, request, &queue, &stream);
  }
  Delays delays;
  std::size_t open = streams.size();
  const auto one_watches = CountDown(streams.size(), all_watch);
  void* tag = nullptr;
  bool ok = false;
  while (open > 0 && queue.Next(&tag, &ok)) {
    Stream& stream = *static_cast<Stream*>(tag);
    const absl::Time now = absl::Now();
    for (const v1::Chunk& chunk : stream.message.chunks()) Note(chunk.output(), now, delays);
    stream.message.Clear();
    if (std::exchange(stream.started, true) && ok && !std::exchange(stream.watches, true)) {
      one_watches();
    }
    if (ok) {
      stream.reader->Read(&stream.message, tag);
    } else {
      --open;
    }
  }
  for (const auto& stream : streams) stream->context.TryCancel();
  return delays;
}

Delays Watch(const SocketWatch& how, const std::vector<std::string>& job_ids,
             const std::function<void()>& all_watch) {
  asio::io_context context(1);
  Delays delays;
  std::vector<std::unique_ptr<Socket>> sockets;
  const auto one_watches = CountDown(job_ids.size(), all_watch);
  for (const std::string& id : job_ids) {
    sockets.push_back(std::make_unique<Socket>(context, how, id, delays, one_watches));
  }
  context.run();
  return delays;
}

}  // namespace furnace::bench
