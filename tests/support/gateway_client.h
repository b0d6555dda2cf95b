// An HTTP client that can misbehave.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace furnace::gateway::testing {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // Names in lower case.
  std::string body;                            // Chunks joined.
  bool complete = false;                       // Whether the framing says so.
};

/// One TCP connection to a local port. Waits for at most half a minute, then the
/// test fails by an empty answer.
class HttpClient {
 public:
  explicit HttpClient(int port);
  ~HttpClient();

  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Sends bytes as they are; false when the peer has closed.
  bool Write(std::string_view bytes);
  /// Sends a request with Host, and Content-Length if there is a body. `headers`
  /// are whole lines, each with its CRLF.
  bool Request(std::string_view method, std::string_view target, std::string_view headers = "",
               std::string_view body = "");
  /// Ends the sending half.
  void HalfClose();
  /// Closes at once.
  void Close();

  /// The next answer; 1xx ones are answers too. `to_head` is for answers to HEAD.
  HttpAnswer Read(bool to_head = false);
  /// The next line, without its LF; nullopt at the end.
  std::optional<std::string> ReadLine();
  /// The head of the next answer only.
  HttpAnswer ReadHead();
  /// The next chunk of a chunked body; empty at its end.
  std::string ReadChunk();
  /// All that comes until the peer has ended its half, or the connection.
  std::string ReadRest();
  /// Whether the peer closes without sending anything more.
  bool IsClosed();

  /// Request and Read.
  HttpAnswer Ask(std::string_view method, std::string_view target, std::string_view headers = "",
                 std::string_view body = "");

 private:
  bool Fill();
  std::optional<std::string> Take(std::size_t bytes);

  int socket_ = -1;
  std::string received_;
};

/// One request on a connection of its own, with a key unless that is empty.
HttpAnswer Ask(int port, std::string_view key, std::string_view method, std::string_view target,
               std::string_view body = "", std::string_view headers = "");

}  // namespace furnace::gateway::testing
