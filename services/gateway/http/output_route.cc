#include "services/gateway/http/output_route.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "furnace/v1/job_service.pb.h"
#include "libs/common/base/status.h"
#include "services/gateway/http/errors.h"

namespace furnace::gateway::http {
namespace {

namespace v1 = furnace::v1;

constexpr std::string_view kGet = "/furnace.v1.JobService/Get";
constexpr absl::Duration kTimeout = absl::Seconds(30);

// Who calls on behalf of a link, for logs.
constexpr char kPrincipal[] = "output-link";

std::string ValueOf(const Query& query, std::string_view name) {
  for (const auto& [each, value] : query) {
    if (each == name) return value;
  }
  return "";
}

// The project of a link that holds. PERMISSION_DENIED, which does not say why, for any other.
absl::StatusOr<std::string> ProjectOf(const OutputLinks& links, const Request& request) {
  const absl::Status refused =
      absl::PermissionDeniedError("this link is wrong, or does not hold any more");
  const absl::StatusOr<Query> query = ParseQuery(request.query);
  if (!query.ok()) return refused;
  std::string project_id = ValueOf(*query, "project");
  const std::string expires = ValueOf(*query, "expires");
  const std::string signature = ValueOf(*query, "signature");
  const OutputLink link{.job_id = request.parameters[0],
                        .project_id = project_id,
                        .expires = expires,
                        .signature = signature};
  if (!links.Admits(link, absl::Now())) return refused;
  return project_id;
}

Call MakeCall(const Request& request, std::string project_id) {
  v1::GetRequest get;
  get.set_job_id(request.parameters[0]);
  Call call;
  call.method = kGet;
  call.request = get.SerializeAsString();
  call.caller = std::make_shared<Caller>(
      Caller{.project_id = std::move(project_id), .principal = kPrincipal, .role = Role::kViewer});
  call.request_id = request.exchange->RequestId();
  call.traceparent = request.traceparent;
  call.deadline = absl::Now() + kTimeout;
  call.retry = true;
  return call;
}

Response AnswerOf(std::string reply, const std::string& request_id) {
  v1::GetResponse message;
  if (!message.ParseFromString(reply)) {
    return ErrorResponse(absl::InternalError("the answer is no GetResponse"), request_id);
  }
  reply = std::string();  // It may be large, and the message has it all.
  if (message.job().output().empty()) {
    return ErrorResponse(absl::NotFoundError("the job has no output"), request_id);
  }
  Response response;
  response.body = std::move(*message.mutable_job()->mutable_output());
  return response;
}

void Answer(const std::shared_ptr<Exchange>& exchange, Response response) {
  exchange->Post([exchange, response = std::move(response)]() mutable {
    exchange->Send(std::move(response));
  });
}

void Serve(const OutputLinks& links, Backends& backends, LargeWork& large_work,
           const Request& request) {
  const std::shared_ptr<Exchange>& exchange = request.exchange;
  absl::StatusOr<std::string> project_id = ProjectOf(links, request);
  if (!project_id.ok()) {
    return exchange->Send(ErrorResponse(project_id.status(), exchange->RequestId()));
  }
  exchange->ChargeTo(*project_id);
  backends.Start(MakeCall(request, *std::move(project_id)),
                 [exchange, &large_work](absl::StatusOr<std::string> reply) {
                   if (!reply.ok()) {
                     return Answer(exchange, ErrorResponse(reply.status(), exchange->RequestId()));
                   }
                   const std::size_t bytes = reply->size();
                   large_work.Run(bytes, [exchange, reply = *std::move(reply)]() mutable {
                     Answer(exchange, AnswerOf(std::move(reply), exchange->RequestId()));
                   });
                 });
}

}  // namespace

absl::Status AddOutputRoute(const OutputLinks& links, Backends& backends, LargeWork& large_work,
                            Router& router) {
  Route route;
  route.method = "GET";
  route.path = "/v1/jobs/{job_id}/output";
  route.serve = [&links, &backends, &large_work](const Request& request) {
    Serve(links, backends, large_work, request);
  };
  return router.Add(std::move(route));
}

void SignOutputUrl(const OutputLinks& links, google::protobuf::Message& response) {
  if (response.GetDescriptor() != v1::GetResponse::descriptor()) return;
  v1::Job& job = *static_cast<v1::GetResponse&>(response).mutable_job();
  if (job.output_url().empty()) return;
  job.set_output_url(links.Make(job.id(), job.project_id(), absl::Now()));
}

}  // namespace furnace::gateway::http
