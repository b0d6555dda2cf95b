#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "services/scheduler/app/start_rules.h"

namespace furnace::scheduler {

/// Several rules, all of which must allow a start. Thread-safe.
class AllRules final : public StartRules {
 public:
  /// The first that keeps a job is the one that is named.
  explicit AllRules(std::vector<const StartRules*> rules) : rules_(std::move(rules)) {}

  std::optional<std::vector<BudgetRate>> RatesOf(const Endpoint& endpoint) const override {
    std::vector<BudgetRate> all;
    for (const StartRules* each : rules_) {
      std::optional<std::vector<BudgetRate>> rates = each->RatesOf(endpoint);
      if (!rates) return std::nullopt;
      std::move(rates->begin(), rates->end(), std::back_inserter(all));
    }
    return all;
  }

  std::optional<StartBlock> BlockOf(const Endpoint& endpoint,
                                    std::string_view api_key_id = {}) const override {
    for (const StartRules* each : rules_) {
      if (auto block = each->BlockOf(endpoint, api_key_id)) return block;
    }
    return std::nullopt;
  }

  bool MayCoverUnknown() const override {
    return std::any_of(rules_.begin(), rules_.end(),
                       [](const StartRules* each) { return each->MayCoverUnknown(); });
  }

  std::optional<std::int64_t> MostGpusOf(const Endpoint& endpoint) const override {
    std::optional<std::int64_t> least;
    for (const StartRules* each : rules_) {
      const std::optional<std::int64_t> most = each->MostGpusOf(endpoint);
      if (most && (!least || *most < *least)) least = most;
    }
    return least;
  }

  void NoteWaiting(const Endpoint& endpoint) const override {
    for (const StartRules* each : rules_) each->NoteWaiting(endpoint);
  }

 private:
  const std::vector<const StartRules*> rules_;
};

}  // namespace furnace::scheduler
