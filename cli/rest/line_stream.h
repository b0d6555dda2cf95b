#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "libs/common/base/result_limit.h"
#include "libs/common/http/client.h"

namespace furnace::cli {

/// Longest line accepted: a job with the largest output there is, and some.
inline constexpr std::size_t kMaxLineBytes = kMaxJobBytes;

/// Cuts bytes into lines as they come.
class LineBuffer {
 public:
  /// Calls `on_line` for each line that `bytes` completes, without its newline;
  /// empty lines are left out. False when it said to stop, or a line is too long.
  bool Add(std::string_view bytes, const std::function<bool(std::string_view)>& on_line);

  /// What came after the last newline.
  const std::string& rest() const { return rest_; }

 private:
  std::string rest_;
};

/// One streamed HTTP answer, read line by line. Used once, by one thread.
class LineStream {
 public:
  explicit LineStream(const http::Request& request);
  ~LineStream();

  LineStream(const LineStream&) = delete;
  LineStream& operator=(const LineStream&) = delete;

  /// Reads until the end, or until `on_line` returns false. `on_tick` is called
  /// about ten times a second, whatever comes. UNAVAILABLE when the connection
  /// breaks. Of an answer with an error status no line is given; see
  /// error_body().
  absl::Status Read(const std::function<bool(std::string_view)>& on_line,
                    const std::function<void()>& on_tick);

  int http_status() const;
  /// The body of an answer with an error status; else empty.
  const std::string& error_body() const { return error_body_; }

 private:
  static std::size_t Collect(char* data, std::size_t size, std::size_t count, void* self);
  absl::Status Outcome() const;

  const std::string url_;
  CURL* easy_;
  CURLM* multi_;
  curl_slist* headers_ = nullptr;
  LineBuffer lines_;
  std::string error_body_;
  const std::function<bool(std::string_view)>* on_line_ = nullptr;
  bool stopped_ = false;
};

}  // namespace furnace::cli
