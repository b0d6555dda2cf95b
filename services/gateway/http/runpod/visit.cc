#include "services/gateway/http/runpod/visit.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/gateway/http/service_call.h"

namespace furnace::gateway::http::runpod {
namespace {

// The name may be another endpoint's by now.
void ForgetName(const Services& services, const Visit& visit) {
  services.endpoints.Forget(visit.request.caller->project_id, visit.request.parameters[0]);
}

}  // namespace

void AnswerJson(const VisitPtr& visit, std::string body) {
  Response response;
  response.body = std::move(body);
  Answer(visit->request.exchange, std::move(response));
}

void RefuseVisit(const Services& services, const VisitPtr& visit, const absl::Status& status) {
  // Where the path names a job, it is that which is not there.
  if (absl::IsNotFound(status) && !visit->names_job()) ForgetName(services, *visit);
  Refuse(visit->request.exchange, status);
}

void RefuseForeignJob(const Services& services, const VisitPtr& visit) {
  ForgetName(services, *visit);
  Refuse(visit->request.exchange, Error(absl::StatusCode::kNotFound, "no job {}", visit->job()));
}

void CallService(const Services& services, const VisitPtr& visit, const wire::Method& method,
                 const google::protobuf::Message& message,
                 absl::AnyInvocable<void(std::string)> on_bytes) {
  // Who may do no more than read changes nothing by asking twice.
  Call call = MakeCall(method, visit->request, message, method.needed == Role::kViewer);
  auto on_reply = [services, visit,
                   on_bytes = std::move(on_bytes)](absl::StatusOr<std::string> reply) mutable {
    if (!reply.ok()) return RefuseVisit(services, visit, reply.status());
    const std::size_t bytes = reply->size();
    services.large_work.Run(bytes,
                            [on_bytes = std::move(on_bytes), reply = *std::move(reply)]() mutable {
                              on_bytes(std::move(reply));
                            });
  };
  visit->request.exchange->Post(
      [services, visit, &method, call = std::move(call), on_reply = std::move(on_reply)]() mutable {
        const auto started = services.backends.Start(std::move(call), std::move(on_reply));
        if (method.pace != Pace::kWaits) return;
        visit->request.exchange->WatchClient([started] { started->Cancel(); });
      });
}

}  // namespace furnace::gateway::http::runpod
