// Random histories of usage: records delivered late, twice, out of order, changed
// on the way, beside records that are refused.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "services/metering/domain/pricing.h"
#include "services/metering/domain/usage_query.h"

namespace furnace::metering {

/// Makes all of a history out of one seed.
class UsageHistory {
 public:
  explicit UsageHistory(std::uint64_t seed);

  /// Besides the default ones: a GPU type whose price changes twice.
  static std::vector<Price> ExtraPrices();

  const std::vector<std::string>& projects() const { return projects_; }

  /// The calls of RecordUsage in the order in which they are made.
  std::vector<std::vector<UsageRecord>> MakeCalls();

  /// Any question one may ask about the history.
  UsageQuery MakeQuery();

  /// From `low` to `high`, both included.
  std::int64_t Pick(std::int64_t low, std::int64_t high);

 private:
  std::string MakeId();
  const std::string& PickOf(const std::vector<std::string>& items);
  /// A time that lies on, beside or between hours.
  std::int64_t MakeTime();
  std::int64_t MakeLength();
  UsageRecord MakeRecord(const std::string& job_id, int epoch);
  void SetKind(UsageRecord& record);
  UsageRecord Change(UsageRecord record);

  std::mt19937_64 random_;
  std::vector<std::string> projects_;
  std::vector<std::string> endpoints_;
  std::vector<std::string> jobs_;
  std::vector<std::string> api_keys_ = {""};
};

}  // namespace furnace::metering
