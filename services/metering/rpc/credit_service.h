#pragma once

#include "furnace/v1/credit_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/rpc/credit_handlers.h"
#include "services/metering/rpc/subsidy_handlers.h"

namespace furnace::metering::rpc {

/// The gRPC face of CreditHandlers and SubsidyHandlers: one line per method.
class CreditService final : public v1::CreditService::Service {
 public:
  CreditService(const furnace::rpc::Gate& gate, CreditHandlers& credits, SubsidyHandlers& subsidies)
      : gate_(gate), credits_(credits), subsidies_(subsidies) {}

  grpc::Status CreateGrant(grpc::ServerContext* context, const v1::CreateGrantRequest* request,
                           v1::Grant* response) override;
  grpc::Status VoidGrant(grpc::ServerContext* context, const v1::VoidGrantRequest* request,
                         v1::Grant* response) override;
  grpc::Status ListGrants(grpc::ServerContext* context, const v1::ListGrantsRequest* request,
                          v1::ListGrantsResponse* response) override;
  grpc::Status PreviewPeriod(grpc::ServerContext* context, const v1::PreviewPeriodRequest* request,
                             v1::PreviewPeriodResponse* response) override;
  grpc::Status SetProjectAttributes(grpc::ServerContext* context,
                                    const v1::SetProjectAttributesRequest* request,
                                    v1::ProjectAttributes* response) override;
  grpc::Status ListProjectAttributes(grpc::ServerContext* context,
                                     const v1::ListProjectAttributesRequest* request,
                                     v1::ListProjectAttributesResponse* response) override;
  grpc::Status SetSubsidyPolicy(grpc::ServerContext* context,
                                const v1::SetSubsidyPolicyRequest* request,
                                v1::SubsidyPolicy* response) override;
  grpc::Status ListSubsidyPolicies(grpc::ServerContext* context,
                                   const v1::ListSubsidyPoliciesRequest* request,
                                   v1::ListSubsidyPoliciesResponse* response) override;
  grpc::Status ListSubsidyDecisions(grpc::ServerContext* context,
                                    const v1::ListSubsidyDecisionsRequest* request,
                                    v1::ListSubsidyDecisionsResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  CreditHandlers& credits_;
  SubsidyHandlers& subsidies_;
};

}  // namespace furnace::metering::rpc
