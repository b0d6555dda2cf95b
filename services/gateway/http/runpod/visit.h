// A request of a RunPod client, and what its routes share.
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "services/gateway/app/endpoint_names.h"
#include "services/gateway/app/ports.h"
#include "services/gateway/domain/output_links.h"
#include "services/gateway/http/large_work.h"
#include "services/gateway/http/router.h"
#include "services/gateway/http/runpod/query.h"
#include "services/gateway/http/runpod/stream_cursors.h"
#include "services/gateway/wire/methods.h"

namespace furnace::gateway::http::runpod {

/// What the routes work with; all of it outlives them.
struct Services {
  Backends& backends;
  EndpointNames& endpoints;
  LargeWork& large_work;
  StreamCursors& cursors;
  const OutputLinks& links;
};

/// A request of a client, let in, with its endpoint found.
struct Visit {
  Request request;          // Its path begins with what the client calls the endpoint.
  std::string endpoint_id;  // UUID. The project need not have such an endpoint.
  RunpodQuery query;

  /// The job's id as the client wrote it; only where the path has one.
  const std::string& job() const { return request.parameters[1]; }
  bool names_job() const { return request.parameters.size() > 1; }
};
using VisitPtr = std::shared_ptr<const Visit>;

/// Answers 200 with `body`. From any thread, as the next three.
void AnswerJson(const VisitPtr& visit, std::string body);

/// Answers with an error, {"error", ...}.
void RefuseVisit(const Services& services, const VisitPtr& visit, const absl::Status& status);

/// Answers that there is no such job: it is of another endpoint than the one that was named.
void RefuseForeignJob(const Services& services, const VisitPtr& visit);

/// Calls `method` and hands on what it answers, on a thread that has time for the answer's
/// size. Errors are answered to the client.
void CallService(const Services& services, const VisitPtr& visit, const wire::Method& method,
                 const google::protobuf::Message& message,
                 absl::AnyInvocable<void(std::string)> on_bytes);

/// As CallService, for the message that `method` answers.
template <typename Response>
void Ask(const Services& services, const VisitPtr& visit, const wire::Method& method,
         const google::protobuf::Message& message, absl::AnyInvocable<void(Response)> on_answer) {
  CallService(services, visit, method, message,
              [services, visit, on_answer = std::move(on_answer)](std::string bytes) mutable {
                Response response;
                if (!response.ParseFromString(bytes)) {
                  return RefuseVisit(services, visit, absl::InternalError("no such message"));
                }
                on_answer(std::move(response));
              });
}

}  // namespace furnace::gateway::http::runpod
