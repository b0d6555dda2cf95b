#pragma once

#include <grpcpp/impl/service_type.h>

#include <memory>
#include <vector>

#include "libs/common/base/clock.h"
#include "libs/common/postgres/pool.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/credit_book.h"
#include "services/metering/app/credit_desk.h"
#include "services/metering/app/period_preview.h"
#include "services/metering/app/subsidy_adjuster.h"
#include "services/metering/app/subsidy_desk.h"
#include "services/metering/credits_config.h"
#include "services/metering/rpc/credit_handlers.h"
#include "services/metering/rpc/credit_service.h"
#include "services/metering/rpc/subsidy_handlers.h"
#include "services/metering/storage/postgres/credit_store.h"
#include "services/metering/storage/postgres/subsidy_store.h"

namespace furnace::metering {

/// Credits and subsidies, put together.
class Credits {
 public:
  /// `agreements` are asked before subsidies and credits when a period is looked ahead to.
  Credits(const CreditsConfig& config, postgres::Pool& postgres, const furnace::rpc::Gate& gate,
          const Clock& clock, std::vector<Adjuster*> agreements = {});

  grpc::Service* service() { return &service_; }

  /// Subsidies and credits, in the order in which they are asked, and what makes them stand.
  std::vector<Adjuster*> adjusters() { return {&subsidies_, &book_}; }
  CreditBook& book() { return book_; }

 private:
  PostgresCreditStore store_;
  PostgresSubsidyStore subsidy_store_;
  PostgresChargeSource charges_;
  const std::unique_ptr<PolicyAgent> agent_;  // Null: none.
  SubsidyAdjuster subsidies_;
  CreditBook book_;
  PeriodPreviewer previewer_;
  CreditDesk desk_;
  SubsidyDesk subsidy_desk_;
  rpc::CreditHandlers handlers_;
  rpc::SubsidyHandlers subsidy_handlers_;
  rpc::CreditService service_;
};

}  // namespace furnace::metering
