#include "libs/common/http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "libs/common/base/sha256.h"
#include "libs/common/base/status.h"

namespace furnace::http {
namespace {

// Of all header lines of an answer, those of interim ones included.
constexpr std::size_t kMaxHeaderBytes = 64 << 10;

struct Sink {
  std::string body;
  std::size_t limit = 0;
  bool full = false;
  std::size_t header_bytes = 0;
};

std::size_t Collect(char* data, std::size_t size, std::size_t count, void* to) {
  auto* sink = static_cast<Sink*>(to);
  const std::size_t bytes = size * count;
  const std::size_t room = sink->limit - sink->body.size();
  sink->body.append(data, std::min(bytes, room));
  sink->full = bytes > room;
  return sink->full ? 0 : bytes;  // 0 makes libcurl stop.
}

// Headers are of no interest beyond what libcurl makes of them.
std::size_t PassHeader(char*, std::size_t size, std::size_t count, void* to) {
  auto* sink = static_cast<Sink*>(to);
  sink->header_bytes += size * count;
  return sink->header_bytes > kMaxHeaderBytes ? 0 : size * count;
}

struct Guard {
  AddressRule may_connect = nullptr;
  bool refused = false;
};

// Called with each address that a name stands for, right before it is connected to.
curl_socket_t OpenAllowed(void* data, curlsocktype, curl_sockaddr* address) {
  auto* guard = static_cast<Guard*>(data);
  if (guard->may_connect(address->addr)) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }
  guard->refused = true;
  return CURL_SOCKET_BAD;
}

curl_slist* ListOf(const std::vector<std::string>& texts) {
  curl_slist* list = nullptr;
  for (const std::string& text : texts) list = curl_slist_append(list, text.c_str());
  return list;
}

// libcurl signs what it sends; the hash of the body it would leave out for some services.
curl_slist* Sign(CURL* curl, const Request& request, curl_slist* headers) {
  if (!request.aws_key) return headers;
  const AwsKey& key = *request.aws_key;
  const std::string provider = "aws:amz:" + key.region + ":" + key.service;
  curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, provider.c_str());
  curl_easy_setopt(curl, CURLOPT_USERNAME, key.access_key.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, key.secret_key.c_str());
  const std::string hash = "x-amz-content-sha256: " + absl::BytesToHexString(Sha256(request.body));
  return curl_slist_append(headers, hash.c_str());
}

absl::Duration RetryAfterOf(CURL* curl) {
  curl_off_t seconds = 0;
  curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds);
  return absl::Seconds(std::max<curl_off_t>(0, seconds));
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
  Guard guard{.may_connect = request.may_connect};
  curl_slist* const resolve = ListOf(request.resolve);
  // No pause before a large body.
  curl_slist* const headers =
      Sign(curl, request, curl_slist_append(ListOf(request.headers), "Expect:"));

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
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &PassHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &sink);
  curl_easy_setopt(curl, CURLOPT_RESOLVE, resolve);
  if (request.may_connect != nullptr) {
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &OpenAllowed);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &guard);
  }
  const CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  curl_slist_free_all(resolve);
  const bool cut = request.cut_response && sink.full;
  if (code != CURLE_OK && guard.refused) {
    return Error(absl::StatusCode::kPermissionDenied, "{} {}: its address is not allowed",
                 request.method, HostOf(request.url));
  }
  if (code != CURLE_OK && !cut) return ToStatus(code, request);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return Response{.status = static_cast<int>(status),
                  .body = std::move(sink.body),
                  .retry_after = RetryAfterOf(curl)};
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
