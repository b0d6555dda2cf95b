// One HTTP request and its answer, as the routes see it. Behind it is the
// connection, which alone knows Boost.Beast.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "services/gateway/http/metrics.h"

namespace furnace::gateway::http {

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Messages to a WebSocket client.
class WebSocket {
 public:
  virtual ~WebSocket() = default;

  using OnWritten = absl::AnyInvocable<void()>;

  /// Sends a text frame and calls `on_written` when the next one may be sent; not
  /// if the client is gone. One at a time.
  virtual void Write(std::string text, OnWritten on_written) = 0;
  /// Says good-bye; `reason` is cut at 120 bytes.
  virtual void Close(int code, std::string_view reason) = 0;
};

/// A request whose head has arrived. It is answered exactly once, by Send,
/// StartStream or Upgrade.
///
/// All methods are to be called on the connection's thread, where Handler::Handle
/// and all callbacks run too; but RequestId and Post from any thread.
class Exchange {
 public:
  virtual ~Exchange() = default;

  /// Upper case. HEAD shows as HEAD and is answered as GET; its body is left out.
  virtual std::string_view Method() const = 0;
  /// As in the request line.
  virtual std::string_view Target() const = 0;
  /// The first header of this name, in any case; empty when there is none.
  virtual std::string_view Header(std::string_view name) const = 0;
  /// The client's request id where it is a good one, else a new one.
  virtual const std::string& RequestId() const = 0;
  /// Says which route the request is for, which its metrics then count.
  virtual void CountAs(const RouteMetrics& metrics) = 0;
  /// Says whose share of the room for large answers the answer takes; nobody's in particular,
  /// and so one share for all of these, where it is not said.
  virtual void ChargeTo(std::string project_id) = 0;
  /// Whether the request asks to become a WebSocket.
  virtual bool IsUpgrade() const = 0;
  /// Whether a body follows, even an empty one.
  virtual bool HasBody() const = 0;

  /// Reads the body and hands it on. One that is larger than `limit` bytes, too
  /// slow or broken is answered here instead, and `on_body` dropped.
  virtual void ReadBody(std::size_t limit, absl::AnyInvocable<void(std::string)> on_body) = 0;

  /// Calls `on_gone` if the client leaves, or the server must stop waiting, before
  /// the answer is complete. Costs a system call: for what may take long.
  virtual void WatchClient(absl::AnyInvocable<void()> on_gone) = 0;

  void Send(Response response) { Send(std::move(response), nullptr); }
  /// Calls `on_written`, if there is one, when all of `response` is with the network; not if
  /// the client is gone, or there is no room for so large an answer.
  virtual void Send(Response response, absl::AnyInvocable<void()> on_written) = 0;

  /// Answers 200 and then whatever is written.
  virtual void StartStream(std::string_view content_type) = 0;
  /// Calls `on_written` when `data` is with the network and more may be written;
  /// not if the client is gone. One at a time.
  virtual void Write(std::string data, absl::AnyInvocable<void()> on_written) = 0;
  /// Ends the stream; `complete` tells the client that nothing is missing.
  virtual void EndStream(bool complete) = 0;

  /// Becomes a WebSocket and calls `on_open` with it; not if the client is gone
  /// before. `on_gone` is called when the client leaves or breaks the protocol.
  virtual void Upgrade(absl::AnyInvocable<void(std::shared_ptr<WebSocket>)> on_open,
                       absl::AnyInvocable<void()> on_gone) = 0;

  /// Runs `work` on the connection's thread: at once when called there, else soon.
  virtual void Post(absl::AnyInvocable<void()> work) = 0;
};

/// What the server asks how to answer.
class Handler {
 public:
  virtual ~Handler() = default;
  /// From any of the server's threads.
  virtual void Handle(std::shared_ptr<Exchange> exchange) = 0;
};

}  // namespace furnace::gateway::http
