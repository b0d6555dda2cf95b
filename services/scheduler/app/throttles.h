#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/start_rules.h"

namespace furnace::scheduler {

/// A project that is to get no new GPUs.
struct ThrottledProject {
  std::string project_id;
  std::string reason;
  std::string env_scope;  // "non-production": not where production runs.
};

/// Who knows them. Blocks.
class ThrottleSource {
 public:
  virtual ~ThrottleSource() = default;

  virtual absl::StatusOr<std::vector<ThrottledProject>> List() = 0;
};

/// Other rules, and before them the platform's throttles: a throttled project's jobs are not
/// started; those that run go on. Thread-safe.
class Throttles final : public StartRules {
 public:
  static constexpr absl::Duration kEvery = absl::Seconds(5);

  /// `environment` is what this installation is; "production" is outside of the scope
  /// "non-production".
  Throttles(ThrottleSource& source, std::string environment, const StartRules& rules)
      : source_(source), environment_(std::move(environment)), rules_(rules) {}

  /// Asks; blocks. After an error what was known stays.
  absl::Status Refresh() ABSL_LOCKS_EXCLUDED(mutex_);

  std::optional<std::vector<BudgetRate>> RatesOf(const Endpoint& endpoint) const override;
  std::optional<StartBlock> BlockOf(const Endpoint& endpoint,
                                    std::string_view api_key_id = {}) const override;
  bool MayCoverUnknown() const override;
  std::optional<std::int64_t> MostGpusOf(const Endpoint& endpoint) const override {
    return rules_.MostGpusOf(endpoint);
  }
  void NoteWaiting(const Endpoint& endpoint) const override { rules_.NoteWaiting(endpoint); }

 private:
  std::optional<std::string> ReasonOf(const std::string& project_id) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  ThrottleSource& source_;
  const std::string environment_;
  const StartRules& rules_;
  mutable Mutex mutex_;
  std::map<std::string, std::string> reasons_ ABSL_GUARDED_BY(mutex_);  // By project.
};

}  // namespace furnace::scheduler
