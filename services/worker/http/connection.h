#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/worker/http/gate.h"
#include "services/worker/http/routes.h"

namespace furnace::worker {

/// One connection of the handler: a request and its answer after another.
///
/// Confined to the loop's thread. Lives as long as an operation of it is under way.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// `count` is one higher while this lives.
  Connection(boost::asio::ip::tcp::socket socket, Agent& agent, const Gate& gate,
             std::shared_ptr<std::size_t> count);
  ~Connection();

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start();

  // For the requests that wait for the agent; each may be called once.

  /// False when the peer is gone, or has said that it sends nothing more: it takes
  /// its leave and expects to be hung up on.
  bool PeerWaits();
  /// `failed` is called when the answer cannot be written.
  void Answer(unsigned status, std::string body, std::function<void()> failed = {});

 private:
  using Ended = std::function<void()>;

  void ReadHeader();
  void OnHeader();
  void Refuse();
  void ReadBody();
  void StartDiscarding();
  void DiscardBody();

  void Serve();
  void Report(worker::Report report);
  void ReportOversize(std::size_t bytes);
  void ServeTake();
  void ServeStop();
  void ServePing();
  // Leaves the request open until answered, for `limit`. `ended` is called when
  // it ends without an answer from the agent.
  void Hold(absl::Duration limit, Ended ended);
  void WatchPeer();
  void OnHoldOver();

  // Closes the connection unless the next step comes within `limit`.
  void Expect(absl::Duration limit);
  void SetTimer(absl::Duration limit, void (Connection::*ring)());
  void Close();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::uint64_t timers_ = 0;
  Agent& agent_;
  const Gate& gate_;
  const std::shared_ptr<std::size_t> count_;

  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::empty_body>> head_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> body_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::buffer_body>> sink_;
  std::vector<char> sink_buffer_;

  Target target_;
  std::string user_agent_;
  std::size_t oversize_ = 0;  // Length of a body too large to be read.
  bool keep_alive_ = true;
  bool admitted_ = false;
  Ended ended_;  // Set while a request is held open.
  std::optional<boost::beast::http::response<boost::beast::http::string_body>> response_;
};

}  // namespace furnace::worker
