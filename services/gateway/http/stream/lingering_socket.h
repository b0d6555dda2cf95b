#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"

namespace furnace::gateway::http {

/// A WebSocket's connection. When Boost.Beast ends it, with what is still to come unread, the
/// system would tell the client of a reset, and that may cost it the reason why: so what comes
/// is read and dropped for a while. Not final: Asio looks at types by deriving from them.
class LingeringSocket : public boost::asio::ip::tcp::socket {
 public:
  using Done = absl::AnyInvocable<void(boost::system::error_code)>;
  /// Dropped at most.
  static constexpr std::size_t kDroppedBytes = std::size_t{16} << 20;

  explicit LingeringSocket(boost::asio::ip::tcp::socket socket)
      : boost::asio::ip::tcp::socket(std::move(socket)) {}

  /// Who is told when it begins to linger, and closes it when that takes too long.
  void OnLinger(absl::AnyInvocable<void()> on_linger) { on_linger_ = std::move(on_linger); }

  /// Says that nothing more is sent, and reads until the client has said so, too, or is
  /// gone, or kDroppedBytes have come; then calls `done`, never from within this.
  void Linger(Done done);

 private:
  void Drop(std::size_t left, Done done);

  absl::AnyInvocable<void()> on_linger_;
  std::unique_ptr<std::array<char, 16 << 10>> dropped_;
};

/// What Boost.Beast calls to end a connection.
template <typename Handler>
void async_teardown(boost::beast::role_type, LingeringSocket& socket, Handler&& handler) {
  socket.Linger(std::forward<Handler>(handler));
}

}  // namespace furnace::gateway::http
