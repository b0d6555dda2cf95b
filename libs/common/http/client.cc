#include "libs/common/http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <random>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"
#include "libs/common/http/address.h"

namespace furnace::http {
namespace {

struct Sink {
  std::string body;
  std::size_t limit = 0;
  bool full = false;
};

std::size_t Collect(char* data, std::size_t size, std::size_t count, void* to) {
  auto* sink = static_cast<Sink*>(to);
  const std::size_t bytes = size * count;
  const std::size_t room = sink->limit - sink->body.size();
  sink->body.append(data, std::min(bytes, room));
  sink->full = bytes > room;
  return sink->full ? 0 : bytes;  // 0 makes libcurl stop.
}

// Called with each address that a name stands for, right before it is connected to.
curl_socket_t OpenPublic(void* refused, curlsocktype, curl_sockaddr* address) {
  if (IsPublicAddress(address->addr)) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }
  *static_cast<bool*>(refused) = true;
  return CURL_SOCKET_BAD;
}

// "https://host:port" of a URL.
std::string_view HostOf(std::string_view url) {
  const auto scheme = url.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  return url.substr(0, url.find_first_of("/?#", host));
}

absl::Status ToStatus(CURLcode code, const Request& request) {
  auto kind = absl::StatusCode::kUnavailable;
  if (code == CURLE_OPERATION_TIMEDOUT) kind = absl::StatusCode::kDeadlineExceeded;
  if (code == CURLE_WRITE_ERROR) kind = absl::StatusCode::kResourceExhausted;
  if (code == CURLE_URL_MALFORMAT) kind = absl::StatusCode::kInvalidArgument;
  // Paths and queries may hold secrets, and errors are logged.
  return Error(kind, "{} {}: {}", request.method, HostOf(request.url), curl_easy_strerror(code));
}

bool IsTransient(const absl::StatusOr<Response>& response) {
  if (!response.ok()) return absl::IsUnavailable(response.status());
  const int status = response->status;
  return status == 429 || status == 502 || status == 503 || status == 504;
}

}  // namespace

struct Client::Handle {
  Handle() : curl(curl_easy_init()) {}
  ~Handle() { curl_easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  CURL* curl;
};

Client::Client() : handle_(std::make_unique<Handle>()) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

absl::StatusOr<Response> Client::Send(const Request& request) {
  CURL* curl = handle_->curl;
  curl_easy_reset(curl);  // Keeps connections.
  Sink sink{.body = {}, .limit = request.max_response_bytes};
  bool refused = false;
  curl_slist* headers = nullptr;
  for (const std::string& header : request.headers) {
    headers = curl_slist_append(headers, header.c_str());
  }
  headers = curl_slist_append(headers, "Expect:");  // No pause before a large body.

  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(std::max<std::int64_t>(
                       1, absl::ToInt64Milliseconds(request.timeout))));  // 0 would be none.
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
  if (request.public_only) {
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &OpenPublic);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &refused);
  }
  const CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  const bool cut = request.cut_response && sink.full;
  if (code != CURLE_OK && refused) {
    return Error(absl::StatusCode::kPermissionDenied, "{} {}: its address is not public",
                 request.method, request.url);
  }
  if (code != CURLE_OK && !cut) return ToStatus(code, request);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return Response{.status = static_cast<int>(status), .body = std::move(sink.body)};
}

absl::StatusOr<Response> SendWithRetry(Client& client, const Request& request,
                                       const RetryPolicy& policy) {
  std::mt19937 random{std::random_device{}()};
  absl::Duration ceiling = policy.first_delay;
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<Response> response = client.Send(request);
    if (!IsTransient(response) || attempt >= policy.max_attempts) return response;
    absl::SleepFor(ceiling * std::uniform_real_distribution<double>(0.0, 1.0)(random));
    ceiling = std::min(ceiling * 2, policy.max_delay);
  }
}

}  // namespace furnace::http
