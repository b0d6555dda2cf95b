#include "services/metering/budgets.h"

#include <spdlog/spdlog.h>

namespace furnace::metering {

Budgets::Budgets(const Config& config, postgres::Pool& postgres, PriceStore& prices,
                 const furnace::rpc::Gate& gate, const Clock& clock)
    : store_(postgres),
      desk_(store_, clock),
      handlers_(desk_, store_, prices, clock),
      service_(gate, handlers_),
      source_service_(gate, handlers_),
      sender_(config.webhook_secrets,
              config.allow_private_webhooks ? nullptr : &http::IsPublicAddress, clock),
      alerts_(store_, sender_, clock),
      alerting_(BudgetAlerts::kEvery, [this] {
        if (const absl::Status status = alerts_.Run(); !status.ok()) {
          spdlog::warn("budget alerts: {}", status.ToString());
        }
      }) {}

}  // namespace furnace::metering
