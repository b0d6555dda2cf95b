#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/result_limit.h"

namespace furnace::http {

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers;  // "Name: value".
  std::string body;
  absl::Duration timeout = absl::Seconds(30);
  /// A longer answer is an error, not memory.
  std::size_t max_response_bytes = kMaxJobBytes;
  /// A longer answer is cut off there instead.
  bool cut_response = false;
  /// Connect to addresses of the public internet only (IsPublicAddress), whatever name
  /// stands for them, and to no proxy.
  bool public_only = false;
};

struct Response {
  int status = 0;
  std::string body;
};

/// An HTTP/1.1 client over libcurl that keeps its connections. Not thread-safe.
class Client {
 public:
  Client();
  ~Client();

  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// Any HTTP status is a Response. UNAVAILABLE when the server was not reached
  /// or hung up, DEADLINE_EXCEEDED on timeout, RESOURCE_EXHAUSTED when the answer
  /// is too long, PERMISSION_DENIED when its address is not public and has to be.
  absl::StatusOr<Response> Send(const Request& request);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

/// How often and how patiently SendWithRetry tries.
struct RetryPolicy {
  int max_attempts = 4;
  absl::Duration first_delay = absl::Milliseconds(100);
  absl::Duration max_delay = absl::Seconds(5);
};

/// Sends an idempotent request again while the server is unreachable or answers
/// 429, 502, 503 or 504, with doubling delays and full jitter.
absl::StatusOr<Response> SendWithRetry(Client& client, const Request& request,
                                       const RetryPolicy& policy = {});

}  // namespace furnace::http
