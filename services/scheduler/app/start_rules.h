#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/scheduler/domain/budget.h"
#include "services/scheduler/domain/endpoint.h"
#include "services/scheduler/domain/wait_reason.h"

namespace furnace::scheduler {

/// What keeps an endpoint's jobs from being started, besides its queue and its workers.
/// Thread-safe; nothing here blocks.
class StartRules {
 public:
  virtual ~StartRules() = default;

  /// What each attempt of the endpoint's jobs costs of its budgets, and of those of API keys;
  /// nullopt while none may be started, whatever there is left of these.
  virtual std::optional<std::vector<BudgetRate>> RatesOf(const Endpoint& endpoint) const = 0;

  /// Why nothing can be started now, as was last seen, or no job that comes with this API key;
  /// nullopt: nothing keeps it.
  virtual std::optional<StartBlock> BlockOf(const Endpoint& endpoint,
                                            std::string_view api_key_id = {}) const = 0;

  /// Whether an endpoint that is not known may have such rules.
  virtual bool MayCoverUnknown() const = 0;

  /// How many GPUs the running jobs of the endpoint's project may have together; nullopt: any
  /// number, or not known.
  virtual std::optional<std::int64_t> MostGpusOf(const Endpoint&) const { return std::nullopt; }

  /// Jobs of the endpoint wait for workers that start, or would be started. To be told again
  /// every few seconds while that is so.
  virtual void NoteWaiting(const Endpoint&) const {}
};

}  // namespace furnace::scheduler
