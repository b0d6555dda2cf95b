#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace furnace::metering {

/// In what a budget's limit is. Numbers as furnace.internal.v1.BudgetUnit; they are stored.
enum class BudgetUnit { kNanoUsd = 1, kGpuTimeUs = 2 };

/// For how long it is. Numbers as furnace.v1.BudgetWindow; they are stored.
enum class BudgetWindow { kHour = 1, kDay = 2, kWeek = 3, kMonth = 4, kGrant = 5 };

/// So far a scheduler's numbers are whole.
inline constexpr std::int64_t kMaxBudgetLimit = 9'000'000'000'000'000;
inline constexpr std::size_t kMaxThresholds = 10;
inline constexpr int kMaxThreshold = 1000;  // Percent.

/// What a client chooses; meaning and ranges: furnace.v1.BudgetSpec.
struct BudgetSpec {
  std::string name = {};
  std::string endpoint_id = {};  // Empty: the whole project.
  BudgetUnit unit = BudgetUnit::kNanoUsd;
  std::int64_t limit = 0;
  BudgetWindow window = BudgetWindow::kMonth;
  std::vector<int> thresholds = {50, 80, 100};
  bool hard_stop = false;
  std::string webhook = {};  // Empty: none.
  bool locked = false;
  std::string api_key_id = {};  // Empty: whoever submits the jobs.

  friend bool operator==(const BudgetSpec&, const BudgetSpec&) = default;
};

/// A limit of what a project, one of its endpoints or one of its API keys may spend.
struct Budget {
  std::string id = {};
  std::string project_id = {};
  BudgetSpec spec = {};
  absl::Time created_at = absl::UnixEpoch();
  absl::Time updated_at = absl::UnixEpoch();

  friend bool operator==(const Budget&, const Budget&) = default;
};

/// From when until when a limit is; begins and ends at full UTC hours.
struct BudgetSpan {
  absl::Time start = absl::UnixEpoch();
  absl::Time end = absl::InfiniteFuture();

  friend bool operator==(const BudgetSpan&, const BudgetSpan&) = default;
};

/// INVALID_ARGUMENT, naming the field, unless every field is in its range.
absl::Status Validate(const BudgetSpec& spec);

/// INVALID_ARGUMENT when `after` is for something else than `before`, so that what is spent
/// would mean something else.
absl::Status CheckChange(const BudgetSpec& before, const BudgetSpec& after);

/// The window that `now` lies in, of a budget that was created at `created_at`.
BudgetSpan SpanOf(BudgetWindow window, absl::Time created_at, absl::Time now);

/// Those of the thresholds, in percent of `limit`, that `spent` has reached.
std::vector<int> ReachedThresholds(const std::vector<int>& thresholds, std::int64_t limit,
                                   std::int64_t spent);

}  // namespace furnace::metering
