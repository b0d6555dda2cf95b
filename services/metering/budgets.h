#pragma once

#include "libs/common/base/clock.h"
#include "libs/common/postgres/pool.h"
#include "libs/common/rpc/call_context.h"
#include "libs/common/runtime/periodic.h"
#include "services/metering/app/budget_alerts.h"
#include "services/metering/app/budget_desk.h"
#include "services/metering/app/ports.h"
#include "services/metering/clients/http_alert_sender.h"
#include "services/metering/config.h"
#include "services/metering/rpc/budget_handlers.h"
#include "services/metering/rpc/budget_service.h"
#include "services/metering/storage/postgres/budget_store.h"

namespace furnace::metering {

/// All that has to do with budgets, wired, with threads that notice and send alerts. Destruction
/// waits for the request in progress.
class Budgets {
 public:
  Budgets(const Config& config, postgres::Pool& postgres, PriceStore& prices,
          const furnace::rpc::Gate& gate, const Clock& clock);

  rpc::BudgetService& service() { return service_; }
  rpc::BudgetSourceService& source_service() { return source_service_; }

 private:
  PostgresBudgetStore store_;
  BudgetDesk desk_;
  rpc::BudgetHandlers handlers_;
  rpc::BudgetService service_;
  rpc::BudgetSourceService source_service_;
  HttpAlertSender sender_;
  BudgetAlerts alerts_;
  runtime::Periodic noticing_;
  runtime::Periodic delivering_;
};

}  // namespace furnace::metering
