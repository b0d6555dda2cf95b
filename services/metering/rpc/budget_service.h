#pragma once

#include "furnace/internal/v1/budget_source_service.grpc.pb.h"
#include "furnace/v1/budget_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/rpc/budget_handlers.h"

namespace furnace::metering::rpc {

/// The gRPC face of BudgetHandlers for clients.
class BudgetService final : public v1::BudgetService::Service {
 public:
  BudgetService(const furnace::rpc::Gate& gate, BudgetHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status CreateBudget(grpc::ServerContext* context, const v1::CreateBudgetRequest* request,
                            v1::CreateBudgetResponse* response) override;
  grpc::Status GetBudget(grpc::ServerContext* context, const v1::GetBudgetRequest* request,
                         v1::GetBudgetResponse* response) override;
  grpc::Status ListBudgets(grpc::ServerContext* context, const v1::ListBudgetsRequest* request,
                           v1::ListBudgetsResponse* response) override;
  grpc::Status UpdateBudget(grpc::ServerContext* context, const v1::UpdateBudgetRequest* request,
                            v1::UpdateBudgetResponse* response) override;
  grpc::Status DeleteBudget(grpc::ServerContext* context, const v1::DeleteBudgetRequest* request,
                            v1::DeleteBudgetResponse* response) override;
  grpc::Status ListBudgetAlerts(grpc::ServerContext* context,
                                const v1::ListBudgetAlertsRequest* request,
                                v1::ListBudgetAlertsResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  BudgetHandlers& handlers_;
};

/// The gRPC face of it for the scheduler.
class BudgetSourceService final : public internal::v1::BudgetSourceService::Service {
 public:
  BudgetSourceService(const furnace::rpc::Gate& gate, BudgetHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status ListHardBudgets(grpc::ServerContext* context,
                               const internal::v1::ListHardBudgetsRequest* request,
                               internal::v1::ListHardBudgetsResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  BudgetHandlers& handlers_;
};

}  // namespace furnace::metering::rpc
