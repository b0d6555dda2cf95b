#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli/rest/answer.h"
#include "cli/rest/target.h"
#include "libs/common/http/client.h"

namespace furnace::cli {

/// Where the gateway is and who asks.
struct Gateway {
  std::string url;      // "http://host:port", no slash at the end.
  std::string api_key;  // Empty: none is sent.
};

/// Talks to the gateway's REST facade. Not thread-safe.
///
/// Errors carry the code that the gateway's HTTP status stands for, and its
/// sentence and request id; UNAVAILABLE when it cannot be reached.
class RestClient {
 public:
  explicit RestClient(Gateway gateway);

  /// Asks again where that is safe and the gateway is busy or away for a moment.
  absl::StatusOr<Answer> Get(const Target& target);
  /// A file, as it is. Asks again as Get does.
  absl::StatusOr<std::string> GetFile(const Target& target);
  absl::StatusOr<Answer> Post(const Target& target, std::string body);
  absl::StatusOr<Answer> Put(const Target& target, std::string body);
  absl::StatusOr<Answer> Delete(const Target& target);

  /// What to do with a line of a stream, and every tenth of a second while none
  /// comes. Returning false ends the stream.
  using OnLine = std::function<bool(std::string_view line)>;
  using OnTick = std::function<void()>;

  /// Reads newline-delimited JSON until the server ends it or `on_line` does. OK in
  /// both cases; UNAVAILABLE when the connection broke.
  absl::Status Follow(const Target& target, const OnLine& on_line, const OnTick& on_tick);

 private:
  http::Request MakeRequest(std::string method, const Target& target) const;
  absl::StatusOr<Answer> SendJson(std::string method, const Target& target, std::string body);
  absl::StatusOr<Answer> Send(const http::Request& request, int max_attempts);
  absl::StatusOr<std::string> SendForBody(const http::Request& request, int max_attempts);

  const Gateway gateway_;
  http::Client http_;
};

/// An HTTP status of 400 or above and its body as an error.
absl::Status ErrorOf(int http_status, std::string body);

}  // namespace furnace::cli
