#include "services/gateway/clients/prepare.h"

namespace furnace::gateway {
namespace {

furnace::v1::Role ToProto(Role role) {
  switch (role) {
    case Role::kViewer: return furnace::v1::ROLE_VIEWER;
    case Role::kRunner: return furnace::v1::ROLE_RUNNER;
    case Role::kDeveloper: return furnace::v1::ROLE_DEVELOPER;
    case Role::kAdmin: return furnace::v1::ROLE_ADMIN;
    case Role::kOperator: return furnace::v1::ROLE_OPERATOR;
    case Role::kNone: break;
  }
  return furnace::v1::ROLE_UNSPECIFIED;
}

}  // namespace

void PrepareFor(const Call& call, const furnace::rpc::CallOptions& options,
                grpc::ClientContext& context) {
  furnace::rpc::CallContext caller;
  caller.deadline = call.deadline;
  caller.project_id = call.caller->project_id;
  caller.principal = call.caller->principal;
  caller.role = ToProto(call.caller->role);
  caller.request_id = call.request_id;
  caller.traceparent = call.traceparent;
  furnace::rpc::PrepareFor(context, options, caller);
}

}  // namespace furnace::gateway
