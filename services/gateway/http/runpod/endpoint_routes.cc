#include "services/gateway/http/runpod/endpoint_routes.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "furnace/v1/endpoint_service.pb.h"
#include "services/gateway/http/runpod/endpoint_view.h"

namespace furnace::gateway::http::runpod {
namespace {

namespace v1 = furnace::v1;

template <typename Message>
Message OfEndpoint(const Visit& visit) {
  Message message;
  message.set_endpoint_id(visit.endpoint_id);
  return message;
}

// Answers with what `write` makes of an answer.
template <typename Message>
auto Show(const VisitPtr& visit, void (*write)(const Message&, std::string&)) {
  return [visit, write](const Message& message) {
    std::string body;
    write(message, body);
    AnswerJson(visit, std::move(body));
  };
}

// Answers with an empty page, unless the project has no such endpoint.
void RequestsOfNone(const Services& services, const VisitPtr& visit, const v1::ListResponse& page) {
  static const wire::Method& method = wire::MethodAt("/furnace.v1.EndpointService/GetEndpoint");
  Ask<v1::GetEndpointResponse>(
      services, visit, method, OfEndpoint<v1::GetEndpointRequest>(*visit),
      [visit, page](const v1::GetEndpointResponse&) { Show(visit, &WriteRequests)(page); });
}

}  // namespace

void PurgeQueue(const Services& services, const VisitPtr& visit) {
  static const wire::Method& method = wire::MethodAt("/furnace.v1.JobService/Purge");
  Ask<v1::PurgeResponse>(
      services, visit, method, OfEndpoint<v1::PurgeRequest>(*visit),
      [visit](const v1::PurgeResponse& purged) {
        AnswerJson(visit, fmt::format(R"({{"removed":{},"status":"completed"}})", purged.purged()));
      });
}

void Health(const Services& services, const VisitPtr& visit) {
  static const wire::Method& method = wire::MethodAt("/furnace.v1.FleetService/GetEndpointHealth");
  Ask<v1::GetEndpointHealthResponse>(
      services, visit, method, OfEndpoint<v1::GetEndpointHealthRequest>(*visit),
      [show = Show(visit, &WriteHealth)](const v1::GetEndpointHealthResponse& response) {
        show(response.health());
      });
}

void Requests(const Services& services, const VisitPtr& visit) {
  auto message = OfEndpoint<v1::ListRequest>(*visit);
  message.set_page_size(visit->query.limit);
  message.set_page_token(visit->query.page_token);
  static const wire::Method& method = wire::MethodAt("/furnace.v1.JobService/List");
  Ask<v1::ListResponse>(services, visit, method, message,
                        [services, visit](const v1::ListResponse& page) {
                          if (page.jobs().empty()) return RequestsOfNone(services, visit, page);
                          Show(visit, &WriteRequests)(page);
                        });
}

void Metrics(const Services& services, const VisitPtr& visit) {
  static const wire::Method& method = wire::MethodAt("/furnace.v1.FleetService/ListWorkers");
  Ask<v1::ListWorkersResponse>(services, visit, method, OfEndpoint<v1::ListWorkersRequest>(*visit),
                               Show(visit, &WriteMetrics));
}

}  // namespace furnace::gateway::http::runpod
