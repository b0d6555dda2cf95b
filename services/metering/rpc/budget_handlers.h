#pragma once

#include "absl/status/statusor.h"
#include "furnace/internal/v1/budget_source_service.pb.h"
#include "furnace/v1/budget_service.pb.h"
#include "libs/common/base/clock.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/budget_desk.h"
#include "services/metering/app/rate_cards.h"

namespace furnace::metering::rpc {

/// BudgetService and BudgetSourceService as plain functions.
class BudgetHandlers {
 public:
  BudgetHandlers(BudgetDesk& desk, BudgetStore& store, PriceStore& prices, const Clock& clock)
      : desk_(desk), store_(store), rates_(prices, clock), clock_(clock) {}

  absl::StatusOr<v1::CreateBudgetResponse> CreateBudget(const furnace::rpc::CallContext& call,
                                                        const v1::CreateBudgetRequest& request);
  absl::StatusOr<v1::GetBudgetResponse> GetBudget(const furnace::rpc::CallContext& call,
                                                  const v1::GetBudgetRequest& request);
  absl::StatusOr<v1::ListBudgetsResponse> ListBudgets(const furnace::rpc::CallContext& call,
                                                      const v1::ListBudgetsRequest& request);
  absl::StatusOr<v1::UpdateBudgetResponse> UpdateBudget(const furnace::rpc::CallContext& call,
                                                        const v1::UpdateBudgetRequest& request);
  absl::StatusOr<v1::DeleteBudgetResponse> DeleteBudget(const furnace::rpc::CallContext& call,
                                                        const v1::DeleteBudgetRequest& request);
  absl::StatusOr<v1::ListBudgetAlertsResponse> ListBudgetAlerts(
      const furnace::rpc::CallContext& call, const v1::ListBudgetAlertsRequest& request);

  /// For the suite only: PERMISSION_DENIED on behalf of a project.
  absl::StatusOr<internal::v1::ListHardBudgetsResponse> ListHardBudgets(
      const furnace::rpc::CallContext& call, const internal::v1::ListHardBudgetsRequest& request);

 private:
  BudgetDesk& desk_;
  BudgetStore& store_;
  RateCards rates_;
  const Clock& clock_;
};

}  // namespace furnace::metering::rpc
