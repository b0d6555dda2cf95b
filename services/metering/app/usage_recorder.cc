#include "services/metering/app/usage_recorder.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

constexpr int kMaxConflictsLogged = 10;
// In which records of one call are stored, those after others that exclude them.
constexpr int kMaxRounds = 8;

// The records of one call that can be stored together, and those that have to come after them, as
// what becomes of the former decides on them.
struct Round {
  std::vector<UsageRecord> records;
  std::vector<UsageRecord> later;
  int repeated = 0;
};

absl::Status ValidateAll(const std::vector<UsageRecord>& records, std::int64_t now_us) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    const absl::Status status = Validate(records[i], now_us);
    if (!status.ok()) {
      return Error(status.code(), "records[{}].{}", i, ToStd(status.message()));
    }
  }
  return absl::OkStatus();
}

Round NextRound(std::vector<UsageRecord> records) {
  Round round;
  std::multimap<std::string, UsageRecord> seen;  // By job.
  for (UsageRecord& record : records) {
    const auto of_job = seen.equal_range(record.key.job_id);
    const auto is_any = [&](const auto& is) {
      return std::any_of(of_job.first, of_job.second,
                         [&](const auto& each) { return is(each.second); });
    };
    if (is_any([&](const UsageRecord& other) { return other == record; })) {
      ++round.repeated;
      continue;
    }
    const bool excludes = is_any([&](const UsageRecord& other) {
      return other.key == record.key || Overlap(other, record);
    });
    seen.emplace(record.key.job_id, record);
    (excludes ? round.later : round.records).push_back(std::move(record));
  }
  return round;
}

absl::StatusOr<std::vector<Bill>> MakeBills(std::vector<UsageRecord> records,
                                            const PriceList& prices) {
  std::vector<Bill> bills;
  bills.reserve(records.size());
  for (UsageRecord& record : records) {
    FURNACE_ASSIGN_OR_RETURN(Bill bill, MakeBill(std::move(record), prices));
    bills.push_back(std::move(bill));
  }
  return bills;
}

void LogConflicts(const std::vector<UsageRecord>& records) {
  int logged = 0;
  for (const UsageRecord& record : records) {
    if (++logged > kMaxConflictsLogged) break;
    spdlog::warn("usage of job {} epoch {} is known with other values, or in part: refused",
                 record.key.job_id, record.key.epoch);
  }
}

bool HasUnpricedTime(const Bill& bill) {
  return std::any_of(bill.segments.begin(), bill.segments.end(),
                     [](const Segment& segment) { return !segment.price_nanos; });
}

int CountUnpriced(const std::vector<Bill>& bills, const std::vector<std::size_t>& recorded) {
  return static_cast<int>(std::count_if(recorded.begin(), recorded.end(), [&](std::size_t index) {
    return HasUnpricedTime(bills[index]);
  }));
}

}  // namespace

absl::StatusOr<int> UsageRecorder::Record(std::vector<UsageRecord> records) {
  const std::int64_t now_us = absl::ToUnixMicros(clock_.Now());
  FURNACE_RETURN_IF_ERROR(ValidateAll(records, now_us));
  FURNACE_ASSIGN_OR_RETURN(const PriceList prices, prices_.Load());
  RecordTally tally;
  for (int rounds = 0; rounds < kMaxRounds && !records.empty(); ++rounds) {
    Round round = NextRound(std::move(records));
    records = std::move(round.later);
    tally.repeated += round.repeated;
    FURNACE_ASSIGN_OR_RETURN(const std::vector<Bill> bills,
                             MakeBills(std::move(round.records), prices));
    FURNACE_RETURN_IF_ERROR(Store(bills, now_us, tally));
  }
  FURNACE_RETURN_IF_ERROR(Refuse(records));
  tally.conflicting += static_cast<int>(records.size());
  monitor_.Recorded(tally);
  return tally.recorded;
}

absl::Status UsageRecorder::Store(const std::vector<Bill>& bills, std::int64_t now_us,
                                  RecordTally& tally) {
  FURNACE_ASSIGN_OR_RETURN(const StoreOutcome outcome, usage_.Record(bills, now_us));
  std::vector<UsageRecord> conflicting;
  for (const std::size_t index : outcome.conflicting) conflicting.push_back(bills[index].record);
  FURNACE_RETURN_IF_ERROR(Refuse(conflicting));
  tally.recorded += static_cast<int>(outcome.recorded.size());
  tally.conflicting += static_cast<int>(conflicting.size());
  tally.repeated +=
      static_cast<int>(bills.size() - outcome.recorded.size() - outcome.conflicting.size());
  tally.unpriced += CountUnpriced(bills, outcome.recorded);
  return absl::OkStatus();
}

absl::Status UsageRecorder::Refuse(const std::vector<UsageRecord>& records) {
  if (records.empty()) return absl::OkStatus();
  LogConflicts(records);
  return usage_.KeepRefused(records);
}

}  // namespace furnace::metering
