#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/result_limit.h"
#include "libs/common/http/address.h"

namespace furnace::http {

/// What signs requests to S3 and its like: AWS Signature Version 4.
struct AwsKey {
  std::string access_key;
  std::string secret_key;
  std::string region;
  std::string service = "s3";
};

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
  /// Connect only to addresses that it allows, whatever name stands for them, and to no
  /// proxy; nullptr: to any. A client keeps to one rule, for it keeps its connections.
  AddressRule may_connect = nullptr;
  /// "host:port:address,address..." to be believed before DNS.
  std::vector<std::string> resolve = {};
  /// Signs the request. Its query must be in the order of the names, and all of it escaped
  /// that may be.
  std::optional<AwsKey> aws_key = {};
};

struct Response {
  int status = 0;
  std::string body;
  absl::Duration retry_after;  // As the server asks, not below zero; zero: it does not.
};

/// An HTTP client over libcurl that keeps its connections, follows no redirect and takes at
/// most 64 KiB of headers. Not thread-safe.
class Client {
 public:
  Client();
  ~Client();

  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// Any HTTP status is a Response. UNAVAILABLE when the server was not reached
  /// or hung up, DEADLINE_EXCEEDED on timeout, RESOURCE_EXHAUSTED when the answer
  /// is too long, PERMISSION_DENIED when its address is not allowed.
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
