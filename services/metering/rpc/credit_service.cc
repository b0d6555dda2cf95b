#include "services/metering/rpc/credit_service.h"

#include <functional>

#include "libs/common/rpc/unary.h"

namespace furnace::metering::rpc {

grpc::Status CreditService::CreateGrant(grpc::ServerContext* context,
                                        const v1::CreateGrantRequest* request,
                                        v1::Grant* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&CreditHandlers::CreateGrant, &credits_));
}

grpc::Status CreditService::VoidGrant(grpc::ServerContext* context,
                                      const v1::VoidGrantRequest* request, v1::Grant* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&CreditHandlers::VoidGrant, &credits_));
}

grpc::Status CreditService::ListGrants(grpc::ServerContext* context,
                                       const v1::ListGrantsRequest* request,
                                       v1::ListGrantsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&CreditHandlers::ListGrants, &credits_));
}

grpc::Status CreditService::PreviewPeriod(grpc::ServerContext* context,
                                          const v1::PreviewPeriodRequest* request,
                                          v1::PreviewPeriodResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&CreditHandlers::PreviewPeriod, &credits_));
}

grpc::Status CreditService::SetProjectAttributes(grpc::ServerContext* context,
                                                 const v1::SetProjectAttributesRequest* request,
                                                 v1::ProjectAttributes* response) {
  return furnace::rpc::RunUnary(
      gate_, *context, *request, response,
      std::bind_front(&SubsidyHandlers::SetProjectAttributes, &subsidies_));
}

grpc::Status CreditService::ListProjectAttributes(grpc::ServerContext* context,
                                                  const v1::ListProjectAttributesRequest* request,
                                                  v1::ListProjectAttributesResponse* response) {
  return furnace::rpc::RunUnary(
      gate_, *context, *request, response,
      std::bind_front(&SubsidyHandlers::ListProjectAttributes, &subsidies_));
}

grpc::Status CreditService::SetSubsidyPolicy(grpc::ServerContext* context,
                                             const v1::SetSubsidyPolicyRequest* request,
                                             v1::SubsidyPolicy* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&SubsidyHandlers::SetSubsidyPolicy, &subsidies_));
}

grpc::Status CreditService::ListSubsidyPolicies(grpc::ServerContext* context,
                                                const v1::ListSubsidyPoliciesRequest* request,
                                                v1::ListSubsidyPoliciesResponse* response) {
  return furnace::rpc::RunUnary(
      gate_, *context, *request, response,
      std::bind_front(&SubsidyHandlers::ListSubsidyPolicies, &subsidies_));
}

grpc::Status CreditService::ListSubsidyDecisions(grpc::ServerContext* context,
                                                 const v1::ListSubsidyDecisionsRequest* request,
                                                 v1::ListSubsidyDecisionsResponse* response) {
  return furnace::rpc::RunUnary(
      gate_, *context, *request, response,
      std::bind_front(&SubsidyHandlers::ListSubsidyDecisions, &subsidies_));
}

}  // namespace furnace::metering::rpc
