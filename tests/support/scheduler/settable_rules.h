#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "services/scheduler/app/start_rules.h"

namespace furnace::scheduler {

/// Rules that say what they are told to. Not thread-safe.
class SettableRules final : public StartRules {
 public:
  std::optional<std::vector<BudgetRate>> RatesOf(const Endpoint&) const override { return rates; }
  std::optional<StartBlock> BlockOf(const Endpoint&, std::string_view api_key_id) const override {
    if (block || !spent_keys.contains(api_key_id)) return block;
    return StartBlock{.constraint = WaitConstraint::kBudget, .detail = "the key's is spent"};
  }
  bool MayCoverUnknown() const override { return covers_unknown; }
  std::optional<std::int64_t> MostGpusOf(const Endpoint&) const override { return most_gpus; }
  void NoteWaiting(const Endpoint& endpoint) const override { waiting.insert(endpoint.id); }

  std::optional<std::vector<BudgetRate>> rates = std::vector<BudgetRate>();
  std::optional<StartBlock> block;
  std::set<std::string, std::less<>> spent_keys;  // API keys none of whose jobs can be started.
  bool covers_unknown = false;
  std::optional<std::int64_t> most_gpus;
  mutable std::set<std::string> waiting;  // Endpoints that were noted.
};

}  // namespace furnace::scheduler
