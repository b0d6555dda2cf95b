#include "services/gateway/http/probes.h"

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::gateway::http {

absl::Status AddProbes(std::function<bool()> draining, std::string openapi, Router& router) {
  Route health;
  health.method = "GET";
  health.path = "/health";
  health.serve = [draining = std::move(draining)](const Request& request) {
    Response response;
    const bool leaving = draining();
    response.status = leaving ? 503 : 200;
    response.body = leaving ? R"({"status":"draining"})" : R"({"status":"ok"})";
    request.exchange->Send(std::move(response));
  };
  FURNACE_RETURN_IF_ERROR(router.Add(std::move(health)));

  Route description;
  description.method = "GET";
  description.path = "/openapi.json";
  description.serve = [openapi = std::move(openapi)](const Request& request) {
    Response response;
    response.body = openapi;
    request.exchange->Send(std::move(response));
  };
  return router.Add(std::move(description));
}

}  // namespace furnace::gateway::http
