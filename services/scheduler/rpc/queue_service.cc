#include "services/scheduler/rpc/queue_service.h"

#include "libs/common/base/status.h"
#include "services/scheduler/rpc/convert.h"

namespace furnace::scheduler::rpc {
namespace {

using furnace::rpc::CallContext;

// The gateway asks for the role, too; here it is not left to a single line elsewhere
// whether tenants may do what goes for all of them.
absl::StatusOr<v1::RebuildResponse> RebuildPage(Rebuilder& rebuilder, const CallContext& call,
                                                const v1::RebuildRequest& request) {
  if (call.role < v1::ROLE_OPERATOR) return absl::PermissionDeniedError("for operators only");
  if (!request.page_token().empty()) {
    FURNACE_RETURN_IF_ERROR(CheckUuid("page_token", request.page_token()));
  }
  FURNACE_ASSIGN_OR_RETURN(const Rebuilt rebuilt, rebuilder.Rebuild(request.page_token()));
  v1::RebuildResponse response;
  response.set_examined(rebuilt.examined);
  response.set_live(rebuilt.live);
  response.set_restored(rebuilt.restored);
  response.set_left_out(rebuilt.left_out);
  response.set_next_page_token(rebuilt.last_id);
  return response;
}

}  // namespace

grpc::Status QueueService::Rebuild(grpc::ServerContext* context, const v1::RebuildRequest* request,
                                   v1::RebuildResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                [this](const CallContext& call, const v1::RebuildRequest& asked) {
                                  return RebuildPage(rebuilder_, call, asked);
                                });
}

}  // namespace furnace::scheduler::rpc
