#include "services/worker/http/listener.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/ip/tcp.hpp>
#include <utility>

#include "libs/common/base/status.h"
#include "services/worker/http/connection.h"

namespace furnace::worker {
namespace {

using boost::asio::ip::tcp;

constexpr std::size_t kConnectionsMax = 2048;

}  // namespace

class Listener::Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(EventLoop& loop, Agent& agent, const Gate& gate)
      : acceptor_(loop.io()), agent_(agent), gate_(gate) {}

  absl::Status Open() {
    boost::system::error_code error;
    acceptor_.open(tcp::v4(), error);
    if (!error) acceptor_.bind({boost::asio::ip::address_v4::loopback(), 0}, error);
    if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (!error) return absl::OkStatus();
    return Error(absl::StatusCode::kUnavailable, "cannot listen on 127.0.0.1: {}", error.message());
  }

  void Next() {
    acceptor_.async_accept(
        [self = shared_from_this()](const boost::system::error_code& error, tcp::socket socket) {
          if (error == boost::asio::error::operation_aborted) return;
          if (error) spdlog::warn("accept: {}", error.message());
          if (!error) self->Admit(std::move(socket));
          self->Next();
        });
  }

  void Close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  }

  int port() const { return acceptor_.local_endpoint().port(); }

 private:
  void Admit(tcp::socket socket) {
    if (*connections_ >= kConnectionsMax) {
      spdlog::warn("more than {} connections: one is refused", kConnectionsMax);
      return;
    }
    std::make_shared<Connection>(std::move(socket), agent_, gate_, connections_)->Start();
  }

  tcp::acceptor acceptor_;
  Agent& agent_;
  const Gate& gate_;
  const std::shared_ptr<std::size_t> connections_ = std::make_shared<std::size_t>(0);
};

absl::StatusOr<std::unique_ptr<Listener>> Listener::Start(EventLoop& loop, Agent& agent,
                                                          const Gate& gate) {
  auto acceptor = std::make_shared<Acceptor>(loop, agent, gate);
  FURNACE_RETURN_IF_ERROR(acceptor->Open());
  acceptor->Next();
  return std::unique_ptr<Listener>(new Listener(std::move(acceptor)));
}

Listener::Listener(std::shared_ptr<Acceptor> acceptor) : acceptor_(std::move(acceptor)) {}

Listener::~Listener() { acceptor_->Close(); }

std::string Listener::base_url() const {
  return fmt::format("http://127.0.0.1:{}", acceptor_->port());
}

}  // namespace furnace::worker
