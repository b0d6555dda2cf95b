#include "services/scheduler/rpc/worker_service.h"

#include <string_view>
#include <utility>

#include "libs/common/rpc/call_context.h"
#include "libs/common/rpc/worker_token.h"
#include "services/scheduler/rpc/worker_session.h"

namespace furnace::scheduler::rpc {
namespace {

constexpr char kAuthorization[] = "authorization";
constexpr std::string_view kBearer = "Bearer ";

}  // namespace

WorkerService::WorkerService(std::string internal_token, SessionContext context, const Clock& clock)
    : internal_token_(std::move(internal_token)),
      context_(context),
      clock_(clock),
      connect_(
          [this](ConnectCall& call, grpc::ServerCompletionQueue& completions, void* tag) {
            RequestConnect(&call.context(), &call.stream(), &completions, &completions, tag);
          },
          [this](const std::shared_ptr<ConnectCall>& call) { OnConnect(call); }) {}

void WorkerService::OnConnect(const std::shared_ptr<ConnectCall>& call) {
  std::string token = furnace::rpc::MetadataOf(call->context(), kAuthorization);
  if (token.starts_with(kBearer)) token.erase(0, kBearer.size());
  absl::StatusOr<furnace::rpc::WorkerIdentity> identity =
      furnace::rpc::VerifyWorkerToken(internal_token_, token, clock_.Now());
  if (!identity.ok()) return call->Close(furnace::rpc::ToGrpc(identity.status()));
  std::make_shared<WorkerSession>(context_, *std::move(identity), ++sessions_, call)->Start();
}

}  // namespace furnace::scheduler::rpc
