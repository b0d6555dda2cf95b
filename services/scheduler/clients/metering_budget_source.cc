#include "services/scheduler/clients/metering_budget_source.h"

#include "libs/common/base/status.h"
#include "libs/common/rpc/status_mapping.h"

namespace furnace::scheduler {

absl::StatusOr<std::vector<Budget>> MeteringBudgetSource::HardBudgets() {
  grpc::ClientContext context;
  furnace::rpc::Prepare(context, options_);
  context.set_wait_for_ready(true);  // See MeteringUsageSink.
  internal::v1::ListHardBudgetsResponse response;
  FURNACE_RETURN_IF_ERROR(furnace::rpc::FromGrpc(stub_->ListHardBudgets(&context, {}, &response)));
  std::vector<std::shared_ptr<const RateCard>> cards;
  for (const internal::v1::RateCard& proto : response.rate_cards()) {
    cards.push_back(std::make_shared<const RateCard>(
        RateCard{.gpu_second = {proto.gpu_second_nanos().begin(), proto.gpu_second_nanos().end()},
                 .invocation = proto.invocation_nanos()}));
  }
  std::vector<Budget> budgets;
  for (const internal::v1::HardBudget& proto : response.budgets()) {
    const bool ends = proto.window_end_us() != 0;
    budgets.push_back(
        {.id = proto.id(),
         .project_id = proto.project_id(),
         .endpoint_id = proto.endpoint_id(),
         .name = proto.name(),
         .unit = static_cast<BudgetUnit>(proto.unit()),
         .limit = proto.limit(),
         .spent = proto.spent(),
         .window_start = absl::FromUnixMicros(proto.window_start_us()),
         .window_end = ends ? absl::FromUnixMicros(proto.window_end_us()) : absl::InfiniteFuture(),
         .api_key_id = proto.api_key_id()});
    const auto card = static_cast<std::size_t>(proto.rate_card());
    if (budgets.back().unit == BudgetUnit::kNanoUsd && card < cards.size()) {
      budgets.back().rates = cards[card];
    }
  }
  return budgets;
}

}  // namespace furnace::scheduler
