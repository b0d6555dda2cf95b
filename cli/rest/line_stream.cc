#include "cli/rest/line_stream.h"

#include "libs/common/base/status.h"

namespace furnace::cli {

bool LineBuffer::Add(std::string_view bytes, const std::function<bool(std::string_view)>& on_line) {
  std::size_t searched = rest_.size();  // There is no newline in what was left over.
  rest_ += bytes;
  std::size_t start = 0;
  for (;;) {
    const std::size_t end = rest_.find('\n', searched);
    if (end == std::string::npos) break;
    std::string_view line = std::string_view(rest_).substr(start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    start = searched = end + 1;
    if (!line.empty() && !on_line(line)) return false;
  }
  rest_.erase(0, start);
  return rest_.size() <= kMaxLineBytes;
}

LineStream::LineStream(const http::Request& request)
    : url_(request.url), easy_(curl_easy_init()), multi_(curl_multi_init()) {
  constexpr long kConnectTimeoutMs = 10'000;
  for (const std::string& header : request.headers) {
    headers_ = curl_slist_append(headers_, header.c_str());
  }
  curl_easy_setopt(easy_, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  // A peer that is gone without a word is noticed within a minute or so; there is
  // no overall limit, for a job may run for days.
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPIDLE, 15L);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPINTVL, 5L);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Collect);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_multi_add_handle(multi_, easy_);
}

LineStream::~LineStream() {
  curl_multi_remove_handle(multi_, easy_);
  curl_easy_cleanup(easy_);
  curl_multi_cleanup(multi_);
  curl_slist_free_all(headers_);
}

int LineStream::http_status() const {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

std::size_t LineStream::Collect(char* data, std::size_t size, std::size_t count, void* self) {
  constexpr std::size_t kMaxErrorBytes = 64 << 10;
  auto* stream = static_cast<LineStream*>(self);
  const std::size_t bytes = size * count;
  if (stream->http_status() >= 400) {
    stream->error_body_.append(data, bytes);
    stream->stopped_ = stream->error_body_.size() > kMaxErrorBytes;
  } else {
    stream->stopped_ = !stream->lines_.Add({data, bytes}, *stream->on_line_);
  }
  return stream->stopped_ ? 0 : bytes;  // 0 makes libcurl stop.
}

absl::Status LineStream::Read(const std::function<bool(std::string_view)>& on_line,
                              const std::function<void()>& on_tick) {
  constexpr int kTickMs = 100;
  on_line_ = &on_line;
  for (int running = 1; running > 0;) {
    if (curl_multi_perform(multi_, &running) != CURLM_OK) return absl::InternalError("libcurl");
    on_tick();
    if (running > 0) curl_multi_poll(multi_, nullptr, 0, kTickMs, nullptr);
  }
  return Outcome();
}

absl::Status LineStream::Outcome() const {
  int left = 0;
  const CURLMsg* message = curl_multi_info_read(multi_, &left);
  if (message == nullptr) return absl::InternalError("libcurl");
  if (message->data.result == CURLE_OK) return absl::OkStatus();
  if (!stopped_) {
    return Error(absl::StatusCode::kUnavailable, "GET {}: {}", url_,
                 curl_easy_strerror(message->data.result));
  }
  if (lines_.rest().size() > kMaxLineBytes) {
    return absl::ResourceExhaustedError("the gateway sent a line that is too long");
  }
  return absl::OkStatus();
}

}  // namespace furnace::cli
