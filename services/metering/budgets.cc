#include "services/metering/budgets.h"

#include <spdlog/spdlog.h>

namespace furnace::metering {
namespace {

void Tell(const absl::Status& status) {
  if (!status.ok()) spdlog::warn("budget alerts: {}", status.ToString());
}

}  // namespace

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
      noticing_(BudgetAlerts::kEvery, [this] { Tell(alerts_.Notice()); }),
      delivering_(BudgetAlerts::kEvery, [this] { Tell(alerts_.Deliver()); }) {}

}  // namespace furnace::metering
