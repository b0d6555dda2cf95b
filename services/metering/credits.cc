#include "services/metering/credits.h"

#include <utility>

#include "services/metering/clients/opa_agent.h"

namespace furnace::metering {
namespace {

std::unique_ptr<PolicyAgent> AgentOf(const CreditsConfig& config) {
  if (config.opa_url.empty()) return nullptr;
  return std::make_unique<OpaAgent>(OpaAgent::Options{
      .url = config.opa_url, .token = config.opa_token, .timeout = config.opa_timeout});
}

std::vector<Adjuster*> InOrder(std::vector<Adjuster*> agreements, Adjuster& subsidies,
                               Adjuster& credits) {
  agreements.push_back(&subsidies);
  agreements.push_back(&credits);
  return agreements;
}

}  // namespace

Credits::Credits(const CreditsConfig& config, postgres::Pool& postgres,
                 const furnace::rpc::Gate& gate, const Clock& clock,
                 std::vector<Adjuster*> agreements)
    : store_(postgres),
      subsidy_store_(postgres),
      charges_(postgres),
      agent_(AgentOf(config)),
      subsidies_(subsidy_store_, store_, agent_.get(), clock),
      book_(store_, subsidy_store_, clock),
      previewer_(charges_, InOrder(std::move(agreements), subsidies_, book_)),
      desk_(store_, previewer_, clock),
      subsidy_desk_(subsidy_store_, clock),
      handlers_(desk_, previewer_, clock),
      subsidy_handlers_(subsidy_desk_),
      service_(gate, handlers_, subsidy_handlers_) {}

}  // namespace furnace::metering
