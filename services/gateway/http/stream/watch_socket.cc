#include "services/gateway/http/stream/watch_socket.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"
#include "services/gateway/http/errors.h"
#include "services/gateway/http/transcode/message_to_json.h"
#include "services/gateway/http/transcode/transcoder.h"

namespace furnace::gateway::http {
namespace {

constexpr std::string_view kWatch = "/furnace.v1.JobService/Watch";
constexpr int kNormalClosure = 1000;
constexpr int kPolicyViolation = 1008;
constexpr int kPrivateCodes = 4000;

// The binding of Watch, whose path parameter and query are those of this route.
const Binding& WatchBinding() {
  static const auto* const binding = new Binding(BindingsOf(wire::MethodAt(kWatch))->front());
  return *binding;
}

// Passes one message on after another. Runs on the connection's thread and lives
// as long as it waits for a message or a write.
class Relay : public std::enable_shared_from_this<Relay> {
 public:
  Relay(std::shared_ptr<Exchange> exchange, std::shared_ptr<OngoingStream> stream)
      : exchange_(std::move(exchange)), stream_(std::move(stream)) {}

  void Start(std::shared_ptr<WebSocket> socket) {
    socket_ = std::move(socket);
    ReadNext();
  }

 private:
  using Message = absl::StatusOr<std::optional<std::string>>;

  void ReadNext() {
    stream_->Next([self = shared_from_this()](Message message) {
      Exchange& exchange = *self->exchange_;
      exchange.Post([self, message = std::move(message)] { self->OnMessage(message); });
    });
  }

  void OnMessage(const Message& message) {
    if (!message.ok()) return Fail(message.status());
    if (!message->has_value()) return socket_->Close(kNormalClosure, "the job is final");
    const auto parsed = ParseResponse(*WatchBinding().method, **message);
    if (!parsed.ok()) return Fail(parsed.status());
    std::string text;
    WriteJson(**parsed, text);
    socket_->Write(std::move(text), [self = shared_from_this()] { self->ReadNext(); });
  }

  void Fail(const absl::Status& status) {
    stream_->Cancel();
    const int http_status = HttpStatusOf(status.code());
    const int code =
        absl::IsResourceExhausted(status) ? kPolicyViolation : kPrivateCodes + http_status;
    const std::string_view text = http_status == 500 ? "internal error" : ToStd(status.message());
    socket_->Close(code, fmt::format("{}: {}", NameOf(status.code()), text));
  }

  const std::shared_ptr<Exchange> exchange_;
  const std::shared_ptr<OngoingStream> stream_;
  std::shared_ptr<WebSocket> socket_;
};

// The query as Watch knows it.
std::string WithoutToken(std::string_view query) {
  std::string kept;
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view part = query.substr(0, end);
    if (!part.starts_with("token="))
      kept += std::string(kept.empty() ? "" : "&") + std::string(part);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  }
  return kept;
}

void Serve(Backends& backends, const Request& request) {
  Exchange& exchange = *request.exchange;
  const Binding& binding = WatchBinding();
  const auto message = BuildRequest(binding, request.parameters, WithoutToken(request.query), "");
  if (!message.ok()) return exchange.Send(ErrorResponse(message.status(), exchange.RequestId()));
  if (!exchange.IsUpgrade()) {
    Response response = ErrorResponse(426, "UPGRADE_REQUIRED",
                                      "this is a WebSocket; see also /watch", exchange.RequestId());
    response.headers.push_back({"Upgrade", "websocket"});
    return exchange.Send(std::move(response));
  }
  Call call;
  call.method = kWatch;
  call.request = (*message)->SerializeAsString();
  call.caller = request.caller;
  call.request_id = exchange.RequestId();
  call.traceparent = request.traceparent;
  call.deadline = absl::Now() + kStreamTimeout;
  call.retry = true;
  const std::shared_ptr<OngoingStream> stream = backends.Open(std::move(call));
  auto relay = std::make_shared<Relay>(request.exchange, stream);
  exchange.Upgrade([relay](std::shared_ptr<WebSocket> socket) { relay->Start(std::move(socket)); },
                   [stream] { stream->Cancel(); });
}

}  // namespace

absl::Status AddWatchSocket(Backends& backends, Router& router) {
  Route route;
  route.method = "GET";
  route.path = "/v1/jobs/{job_id}/stream";
  route.needed = WatchBinding().method->needed;
  route.streams = true;
  route.token_in_query = true;
  route.serve = [&backends](const Request& request) { Serve(backends, request); };
  return router.Add(std::move(route));
}

}  // namespace furnace::gateway::http
