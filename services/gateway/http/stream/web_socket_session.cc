#include "services/gateway/http/stream/web_socket_session.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <utility>

#include "services/gateway/http/deadline.h"
#include "services/gateway/http/metrics.h"
#include "services/gateway/http/stream/lingering_socket.h"
#include "services/gateway/http/utf8.h"

namespace furnace::gateway::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

// Clients have nothing to say here; a frame that is longer is an offence.
constexpr std::size_t kMaxIncomingBytes = 4 << 10;
constexpr std::size_t kMaxReasonBytes = 120;  // The protocol allows 123.
// Sent at a time, so that a large message shows progress.
constexpr std::size_t kFrameBytes = 64 << 10;

// Holds itself as long as it reads, which it does until the connection ends. A client that
// offends is told so by the reader, and listened to for a while, as limits.linger says.
class WebSocketSession final : public WebSocket,
                               public Session,
                               public std::enable_shared_from_this<WebSocketSession> {
 public:
  WebSocketSession(asio::ip::tcp::socket socket, const Shared& shared, std::unique_ptr<Place> place,
                   std::string request_id, absl::AnyInvocable<void()> on_gone)
      : limits_(shared.limits),
        request_id_(std::move(request_id)),
        place_(std::move(place)),
        on_gone_(std::move(on_gone)),
        deadline_(socket.get_executor(), [this] { OnQuiet(); }),
        stream_(std::move(socket)) {
    stream_.next_layer().OnLinger([this] { Fall(); });
    OpenWebSockets().Increment();
  }

  ~WebSocketSession() override { OpenWebSockets().Decrement(); }

  void Accept(std::string received, absl::AnyInvocable<void(std::shared_ptr<WebSocket>)> on_open) {
    deadline_.SetOwner(weak_from_this());
    place_->Occupy(weak_from_this());
    Configure();
    deadline_.Set(limits_.write_timeout);
    auto kept = std::make_shared<std::string>(std::move(received));
    stream_.async_accept(
        asio::buffer(*kept),
        [self = shared_from_this(), kept, on_open = std::move(on_open)](error_code error) mutable {
          if (error) return self->End();
          self->open_ = true;
          self->deadline_.Set(self->limits_.ping_interval);
          self->Read();
          on_open(self);
        });
  }

  void Write(std::string text, OnWritten on_written) override {
    if (!open_) return;
    outgoing_ = std::move(text);
    writing_ = true;
    deadline_.Set(limits_.write_timeout);
    stream_.async_write(asio::buffer(outgoing_),
                        [self = shared_from_this(), on_written = std::move(on_written)](
                            error_code error, std::size_t) mutable {
                          self->writing_ = false;
                          if (error || !self->open_) return self->Fall();
                          self->deadline_.Set(self->limits_.ping_interval);
                          if (self->closing_) return self->SendClose();
                          on_written();
                        });
  }

  void Close(int code, std::string_view reason) override {
    if (!open_ || std::exchange(closing_, true)) return;
    reason_.code = static_cast<std::uint16_t>(code);
    const std::string text = ToUtf8(reason, kMaxReasonBytes);
    reason_.reason.assign(text.data(), text.size());
    on_gone_ = nullptr;  // Whoever closes knows.
    if (!writing_) SendClose();
  }

  void Drain() override {}  // A stream goes on until there is no time left.

  void Abort() override {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
      auto on_gone = std::move(self->on_gone_);
      self->Close(websocket::close_code::going_away, "the gateway is shutting down");
      if (on_gone != nullptr) on_gone();
    });
  }

 private:
  void Configure() {
    stream_.read_message_max(kMaxIncomingBytes);
    stream_.write_buffer_bytes(kFrameBytes);
    stream_.auto_fragment(false);
    stream_.text(true);
    stream_.set_option(
        websocket::stream_base::decorator([id = request_id_](websocket::response_type& response) {
          response.set("X-Request-ID", id);
        }));
    stream_.control_callback([this](websocket::frame_type, beast::string_view) {
      silent_ = false;  // A ping or pong is a sign of life.
    });
  }

  void Read() {
    stream_.async_read(incoming_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error) return self->End();
      self->silent_ = false;
      self->incoming_.clear();
      self->Read();
    });
  }

  // Nothing was written for a while, or a write does not get on.
  void OnQuiet() {
    if (writing_ || closing_ || !open_ || std::exchange(silent_, true)) return End();
    deadline_.Set(limits_.ping_interval);
    stream_.async_ping({}, [self = shared_from_this()](error_code error) {
      if (error) self->Fall();
    });
  }

  void SendClose() {
    deadline_.Set(limits_.linger);
    stream_.async_close(reason_, [self = shared_from_this()](error_code error) {
      if (error) return self->Fall();
      self->End();
    });
  }

  // Nothing more can be said. The reader ends the connection: soon, or while it takes leave of
  // an offender.
  void Fall() {
    open_ = false;
    if (!ended_) deadline_.Set(limits_.linger);
  }

  void End() {
    if (std::exchange(ended_, true)) return;
    open_ = false;
    deadline_.Stop();
    error_code ignored;
    beast::get_lowest_layer(stream_).close(ignored);
    place_.reset();
    auto on_gone = std::move(on_gone_);
    if (on_gone != nullptr) on_gone();
  }

  const ServerLimits& limits_;
  const std::string request_id_;
  std::unique_ptr<Place> place_;
  absl::AnyInvocable<void()> on_gone_;
  Deadline deadline_;
  websocket::stream<LingeringSocket> stream_;
  beast::flat_static_buffer<kMaxIncomingBytes> incoming_;
  std::string outgoing_;
  websocket::close_reason reason_;
  bool open_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool silent_ = false;  // Pinged, and not heard of since.
  bool ended_ = false;
};

}  // namespace

void StartWebSocket(asio::ip::tcp::socket socket, const Shared& shared,
                    std::unique_ptr<Place> place, std::string received, std::string request_id,
                    absl::AnyInvocable<void(std::shared_ptr<WebSocket>)> on_open,
                    absl::AnyInvocable<void()> on_gone) {
  std::make_shared<WebSocketSession>(std::move(socket), shared, std::move(place),
                                     std::move(request_id), std::move(on_gone))
      ->Accept(std::move(received), std::move(on_open));
}

}  // namespace furnace::gateway::http
