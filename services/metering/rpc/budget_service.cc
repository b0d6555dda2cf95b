#include "services/metering/rpc/budget_service.h"

#include <functional>

#include "libs/common/rpc/unary.h"

namespace furnace::metering::rpc {

grpc::Status BudgetService::CreateBudget(grpc::ServerContext* context,
                                         const v1::CreateBudgetRequest* request,
                                         v1::CreateBudgetResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&BudgetHandlers::CreateBudget, &handlers_));
}

grpc::Status BudgetService::GetBudget(grpc::ServerContext* context,
                                      const v1::GetBudgetRequest* request,
                                      v1::GetBudgetResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&BudgetHandlers::GetBudget, &handlers_));
}

grpc::Status BudgetService::ListBudgets(grpc::ServerContext* context,
                                        const v1::ListBudgetsRequest* request,
                                        v1::ListBudgetsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&BudgetHandlers::ListBudgets, &handlers_));
}

grpc::Status BudgetService::UpdateBudget(grpc::ServerContext* context,
                                         const v1::UpdateBudgetRequest* request,
                                         v1::UpdateBudgetResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&BudgetHandlers::UpdateBudget, &handlers_));
}

grpc::Status BudgetService::DeleteBudget(grpc::ServerContext* context,
                                         const v1::DeleteBudgetRequest* request,
                                         v1::DeleteBudgetResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&BudgetHandlers::DeleteBudget, &handlers_));
}

grpc::Status BudgetService::ListBudgetAlerts(grpc::ServerContext* context,
                                             const v1::ListBudgetAlertsRequest* request,
                                             v1::ListBudgetAlertsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&BudgetHandlers::ListBudgetAlerts, &handlers_));
}

grpc::Status BudgetSourceService::ListHardBudgets(
    grpc::ServerContext* context, const internal::v1::ListHardBudgetsRequest* request,
    internal::v1::ListHardBudgetsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&BudgetHandlers::ListHardBudgets, &handlers_));
}

}  // namespace furnace::metering::rpc
