#include "services/gateway/http/server.h"

#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"
#include "services/gateway/http/connection.h"
#include "services/gateway/http/places.h"

namespace furnace::gateway::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Refused connections that are told so, beyond those that are served.
constexpr std::size_t kRefusals = 1'000;
constexpr int kBacklog = 4096;
constexpr auto kAcceptRetry = std::chrono::milliseconds(100);
// What clients get to hear that it is over.
constexpr absl::Duration kLastWords = absl::Seconds(1);

// An io_context of its own for each thread: a connection stays on one, and its
// operations need no lock.
struct Loop {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;
};

// A client whose machine is gone without a word would hold its place for as long
// as its request may wait; probes find out within a minute and a half.
void FindDeadPeers(tcp::socket& socket) {
  const auto set = [&socket](int level, int option, int value) {
    ::setsockopt(socket.native_handle(), level, option, &value, sizeof(value));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

std::vector<std::unique_ptr<Loop>> MakeLoops(int count) {
  std::vector<std::unique_ptr<Loop>> loops;
  loops.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) loops.push_back(std::make_unique<Loop>());
  return loops;
}

absl::StatusOr<tcp::endpoint> Resolve(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) {
    return Error(absl::StatusCode::kInvalidArgument, "{}: expected host:port", address);
  }
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  asio::io_context context;
  error_code error;
  const auto found = tcp::resolver(context).resolve(host, address.substr(colon + 1),
                                                    tcp::resolver::passive, error);
  if (error || found.empty()) {
    return Error(absl::StatusCode::kInvalidArgument, "{}: {}", address, error.message());
  }
  return found.begin()->endpoint();
}

}  // namespace

class Server::Core {
 public:
  Core(const Options& options, Handler& handler)
      : shared_(options.limits, handler), loops_(MakeLoops(options.threads)) {}

  ~Core() { Stop(); }

  absl::Status Listen(const std::string& address) {
    FURNACE_ASSIGN_OR_RETURN(const tcp::endpoint endpoint, Resolve(address));
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(kBacklog, error);
    if (error) {
      return Error(absl::StatusCode::kUnavailable, "cannot listen on {}: {}", address,
                   error.message());
    }
    port_ = acceptor_.local_endpoint().port();
    Accept();
    for (auto& loop : loops_) {
      loop->thread = std::thread([context = &loop->context] { context->run(); });
    }
    return absl::OkStatus();
  }

  int port() const { return port_; }
  Places& places() { return places_; }
  Shared& shared() { return shared_; }

  void StopAccepting() {
    asio::post(loops_.front()->context, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      retry_.cancel();
    });
  }

  void Stop() {
    for (auto& loop : loops_) loop->context.stop();
    for (auto& loop : loops_) {
      if (loop->thread.joinable()) loop->thread.join();
    }
  }

 private:
  void Accept() {
    next_ = (next_ + 1) % loops_.size();
    acceptor_.async_accept(loops_[next_]->context, [this](error_code error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (error) return RetryAccept(error);
      Begin(std::move(socket));
      Accept();
    });
  }

  // Most likely there are no more file descriptors.
  void RetryAccept(const error_code& error) {
    spdlog::warn("cannot accept a connection: {}", error.message());
    retry_.expires_after(kAcceptRetry);
    retry_.async_wait([this](const error_code& cancelled) {
      if (!cancelled) Accept();
    });
  }

  void Begin(tcp::socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    FindDeadPeers(socket);
    const std::size_t open = places_.count();
    if (open >= shared_.limits.connections + kRefusals) return;
    const bool full = open >= shared_.limits.connections;
    auto connection = std::make_shared<Connection>(std::move(socket), shared_, places_.Take());
    if (full) {
      connection->Refuse();
    } else {
      connection->Start();
    }
  }

  Shared shared_;
  Places places_;
  const std::vector<std::unique_ptr<Loop>> loops_;
  tcp::acceptor acceptor_{loops_.front()->context};
  asio::steady_timer retry_{loops_.front()->context};
  std::size_t next_ = 0;
  int port_ = 0;
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Options& options, Handler& handler) {
  auto core = std::make_unique<Core>(options, handler);
  FURNACE_RETURN_IF_ERROR(core->Listen(options.address));
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

Server::Server(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Server::~Server() = default;

int Server::port() const { return core_->port(); }
std::size_t Server::connections() const { return core_->places().count(); }
bool Server::draining() const { return core_->shared().draining; }

void Server::BeginDrain() {
  core_->shared().draining = true;
  core_->StopAccepting();
  for (const auto& session : core_->places().Occupants()) session->Drain();
}

void Server::FinishDrain(absl::Duration grace) {
  if (!core_->places().WaitUntilEmpty(absl::Now() + grace)) {
    for (const auto& session : core_->places().Occupants()) session->Abort();
    core_->places().WaitUntilEmpty(absl::Now() + kLastWords);
  }
  core_->Stop();
}

}  // namespace furnace::gateway::http
