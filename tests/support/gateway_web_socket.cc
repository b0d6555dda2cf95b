#include "tests/support/gateway_web_socket.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

namespace furnace::gateway::testing {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

class WebSocketClient::State {
 public:
  State(int port, const std::string& target, const std::string& key) {
    error_code error;
    stream.next_layer().connect(
        {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}, error);
    if (error) return;
    stream.set_option(websocket::stream_base::decorator([key](websocket::request_type& request) {
      if (!key.empty()) request.set("Authorization", "Bearer " + key);
    }));
    websocket::response_type response;
    stream.handshake(response, "test", target, error);
    http_status = static_cast<int>(response.result_int());
  }

  asio::io_context context;
  websocket::stream<asio::ip::tcp::socket> stream{context};
  int http_status = 0;
};

WebSocketClient::WebSocketClient(int port, const std::string& target, const std::string& key)
    : state_(std::make_unique<State>(port, target, key)) {}

WebSocketClient::~WebSocketClient() = default;

int WebSocketClient::http_status() const { return state_->http_status; }

std::optional<std::string> WebSocketClient::Read() {
  if (!state_->stream.is_open()) return std::nullopt;
  beast::flat_buffer buffer;
  error_code error;
  state_->stream.read(buffer, error);
  if (error) return std::nullopt;
  return beast::buffers_to_string(buffer.data());
}

bool WebSocketClient::Write(const std::string& text) {
  error_code error;
  state_->stream.write(asio::buffer(text), error);
  return !error;
}

void WebSocketClient::Close() {
  error_code ignored;
  state_->stream.close(websocket::close_code::normal, ignored);
}

void WebSocketClient::Vanish() {
  error_code ignored;
  state_->stream.next_layer().close(ignored);
}

int WebSocketClient::close_code() const { return state_->stream.reason().code; }

std::string WebSocketClient::close_reason() const {
  const auto& reason = state_->stream.reason().reason;
  return {reason.data(), reason.size()};
}

}  // namespace furnace::gateway::testing
