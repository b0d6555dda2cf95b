#include "services/gateway/http/api.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/gateway/http/output_route.h"
#include "services/gateway/http/probes.h"
#include "services/gateway/http/runpod/routes.h"
#include "services/gateway/http/stream/watch_socket.h"
#include "services/gateway/http/transcode/openapi.h"
#include "services/gateway/http/transcode/rest_routes.h"

namespace furnace::gateway::http {

Api::Api(Backends& backends, EndpointNames& endpoints, OutputLinkSettings links,
         std::function<bool()> draining)
    : backends_(backends),
      endpoints_(endpoints),
      links_(std::move(links)),
      draining_(std::move(draining)) {}

absl::Status Api::Build() {
  for (const wire::Method& method : wire::PublicMethods()) {
    FURNACE_ASSIGN_OR_RETURN(std::vector<Binding> bindings, BindingsOf(method));
    for (Binding& binding : bindings) bindings_.push_back(std::move(binding));
  }
  FURNACE_RETURN_IF_ERROR(AddRestRoutes(bindings_, links_, backends_, large_work_, router_));
  FURNACE_RETURN_IF_ERROR(AddWatchSocket(backends_, router_));
  FURNACE_RETURN_IF_ERROR(
      runpod::AddRunpodRoutes({backends_, endpoints_, large_work_, stream_cursors_, links_}, router_));
  FURNACE_RETURN_IF_ERROR(AddOutputRoute(links_, backends_, large_work_, router_));
  return AddProbes(draining_, OpenApi(bindings_), router_);
}

}  // namespace furnace::gateway::http
