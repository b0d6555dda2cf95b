#pragma once

#include <memory>
#include <optional>
#include <string>

namespace furnace::gateway::testing {

/// A WebSocket client of a local port.
class WebSocketClient {
 public:
  /// Connects; `key` goes into the Authorization header unless it is empty.
  WebSocketClient(int port, const std::string& target, const std::string& key);
  ~WebSocketClient();

  /// 101 when the handshake was accepted, else the answer's status.
  int http_status() const;
  /// The next text frame; nullopt once the connection is closed.
  std::optional<std::string> Read();
  /// Sends a text frame; false when the connection is closed.
  bool Write(const std::string& text);
  /// Says good-bye and waits for the answer.
  void Close();
  /// Closes the TCP connection without a word.
  void Vanish();

  // Why the server closed; 0 if it did not say.
  int close_code() const;
  std::string close_reason() const;

 private:
  class State;
  const std::unique_ptr<State> state_;
};

}  // namespace furnace::gateway::testing
