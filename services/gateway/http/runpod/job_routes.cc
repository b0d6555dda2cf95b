#include "services/gateway/http/runpod/job_routes.h"

#include <string>
#include <utility>

#include "furnace/v1/job_service.pb.h"
#include "libs/common/base/status.h"
#include "libs/common/proto_json/runpod_job.h"
#include "services/gateway/domain/limits.h"
#include "services/gateway/http/output_route.h"
#include "services/gateway/http/runpod/job_id.h"
#include "services/gateway/http/runpod/run_request.h"

namespace furnace::gateway::http::runpod {
namespace {

namespace v1 = furnace::v1;

void AnswerJob(const VisitPtr& visit, const v1::Job& job, std::string_view id) {
  std::string body;
  proto_json::WriteRunPodJob(job, id, body);
  AnswerJson(visit, std::move(body));
}

int WaitMs(const Visit& visit) {
  return static_cast<int>(absl::ToInt64Milliseconds(visit.query.wait.value_or(kDefaultWait)));
}

// What SubmitRequest and RunSyncRequest share.
template <typename Message>
absl::StatusOr<Message> ToSubmit(const Visit& visit) {
  FURNACE_ASSIGN_OR_RETURN(RunRequest parsed, ParseRunRequest(visit.request.body));
  Message message;
  message.set_endpoint_id(visit.endpoint_id);
  message.set_input(parsed.input.data(), parsed.input.size());
  message.set_priority(parsed.priority);
  *message.mutable_options() = std::move(parsed.options);
  return message;
}

// Answers with the job that a service has answered, if it is of the endpoint that the
// client named.
template <typename Response>
auto ShowJob(const Services& services, const VisitPtr& visit) {
  return [services, visit](const Response& response) {
    if (response.job().endpoint_id() != visit->endpoint_id) {
      return RefuseForeignJob(services, visit);
    }
    AnswerJob(visit, response.job(), visit->job());
  };
}

template <typename Message>
Message OfJob(const Visit& visit) {
  Message message;
  message.set_job_id(std::string(JobIdOf(visit.job())));
  return message;
}

// Asks `method` for a change of the job, once it is known to be of the endpoint.
template <typename Request, typename Response>
void Change(const Services& services, const VisitPtr& visit, const wire::Method& method) {
  static const wire::Method& get = wire::MethodAt("/furnace.v1.JobService/Get");
  auto lookup = OfJob<v1::GetRequest>(*visit);
  lookup.set_output_url(true);  // The output, which may be large, stays where it is.
  Ask<v1::GetResponse>(services, visit, get, lookup,
                       [services, visit, &method](const v1::GetResponse& found) {
                         if (found.job().endpoint_id() != visit->endpoint_id) {
                           return RefuseForeignJob(services, visit);
                         }
                         Ask<Response>(services, visit, method, OfJob<Request>(*visit),
                                       ShowJob<Response>(services, visit));
                       });
}

// Takes as long as its body is large.
void SubmitNow(const Services& services, const VisitPtr& visit) {
  const auto message = ToSubmit<v1::SubmitRequest>(*visit);
  if (!message.ok()) return RefuseVisit(services, visit, message.status());
  static const wire::Method& method = wire::MethodAt("/furnace.v1.JobService/Submit");
  Ask<v1::SubmitResponse>(services, visit, method, *message,
                          [visit](const v1::SubmitResponse& response) {
                            AnswerJob(visit, response.job(), response.job().id());
                          });
}

// Likewise.
void RunSyncNow(const Services& services, const VisitPtr& visit) {
  auto message = ToSubmit<v1::RunSyncRequest>(*visit);
  if (!message.ok()) return RefuseVisit(services, visit, message.status());
  message->set_wait_ms(WaitMs(*visit));
  static const wire::Method& method = wire::MethodAt("/furnace.v1.JobService/RunSync");
  Ask<v1::RunSyncResponse>(services, visit, method, *message,
                           [visit](const v1::RunSyncResponse& response) {
                             AnswerJob(visit, response.job(), response.job().id());
                           });
}

}  // namespace

void Run(const Services& services, const VisitPtr& visit) {
  services.large_work.Run(visit->request.body.size(),
                          [services, visit] { SubmitNow(services, visit); });
}

void RunSync(const Services& services, const VisitPtr& visit) {
  services.large_work.Run(visit->request.body.size(),
                          [services, visit] { RunSyncNow(services, visit); });
}

void Status(const Services& services, const VisitPtr& visit) {
  auto message = OfJob<v1::GetRequest>(*visit);
  message.set_output_url(visit->query.output_url);
  static const wire::Method& method = wire::MethodAt("/furnace.v1.JobService/Get");
  Ask<v1::GetResponse>(services, visit, method, message,
                       [links = &services.links, show = ShowJob<v1::GetResponse>(services, visit)](
                           v1::GetResponse response) {
                         SignOutputUrl(*links, response);
                         show(response);
                       });
}

void StatusSync(const Services& services, const VisitPtr& visit) {
  auto message = OfJob<v1::WaitRequest>(*visit);
  message.set_wait_ms(WaitMs(*visit));
  static const wire::Method& method = wire::MethodAt("/furnace.v1.JobService/Wait");
  Ask<v1::WaitResponse>(services, visit, method, message,
                        ShowJob<v1::WaitResponse>(services, visit));
}

void Cancel(const Services& services, const VisitPtr& visit) {
  static const wire::Method& method = wire::MethodAt("/furnace.v1.JobService/Cancel");
  Change<v1::CancelRequest, v1::CancelResponse>(services, visit, method);
}

void Retry(const Services& services, const VisitPtr& visit) {
  static const wire::Method& method = wire::MethodAt("/furnace.v1.JobService/Redrive");
  Change<v1::RedriveRequest, v1::RedriveResponse>(services, visit, method);
}

}  // namespace furnace::gateway::http::runpod
