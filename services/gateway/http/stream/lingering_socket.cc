#include "services/gateway/http/stream/lingering_socket.h"

#include <boost/asio/buffer.hpp>

namespace furnace::gateway::http {

void LingeringSocket::Linger(Done done) {
  if (on_linger_ != nullptr) on_linger_();
  boost::system::error_code ignored;
  shutdown(shutdown_send, ignored);
  dropped_ = std::make_unique<std::array<char, 16 << 10>>();
  Drop(kDroppedBytes, std::move(done));
}

void LingeringSocket::Drop(std::size_t left, Done done) {
  async_read_some(boost::asio::buffer(*dropped_),
                  [this, left, done = std::move(done)](boost::system::error_code error,
                                                       std::size_t bytes) mutable {
                    if (error == boost::asio::error::eof) error = {};
                    if (error || bytes == 0 || bytes >= left) return done(error);
                    Drop(left - bytes, std::move(done));
                  });
}

}  // namespace furnace::gateway::http
