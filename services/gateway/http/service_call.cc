#include "services/gateway/http/service_call.h"

#include <utility>

#include "absl/time/clock.h"
#include "services/gateway/http/errors.h"
#include "services/gateway/http/transcode/transcoder.h"

namespace furnace::gateway::http {

void Answer(const std::shared_ptr<Exchange>& exchange, Response response) {
  exchange->Post([exchange, response = std::move(response)]() mutable {
    exchange->Send(std::move(response));
  });
}

void Refuse(const std::shared_ptr<Exchange>& exchange, const absl::Status& status) {
  Answer(exchange, ErrorResponse(status, exchange->RequestId()));
}

Call MakeCall(const wire::Method& method, const Request& request,
              const google::protobuf::Message& message, bool retry) {
  Call call;
  call.method = method.path;
  call.request = message.SerializeAsString();
  call.caller = request.caller;
  call.request_id = request.exchange->RequestId();
  call.traceparent = request.traceparent;
  call.deadline = absl::Now() + TimeoutFor(method, message);
  call.retry = retry;
  return call;
}

}  // namespace furnace::gateway::http
