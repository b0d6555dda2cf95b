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

// The records of one call, each key once, the first of its kind.
struct Distinct {
  std::vector<UsageRecord> records;
  int repeated = 0;
  std::vector<UsageRecord> conflicting;
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

Distinct WithoutRepeats(std::vector<UsageRecord> records) {
  Distinct distinct;
  std::map<RecordKey, std::size_t> first_of;
  for (UsageRecord& record : records) {
    const auto [first, is_new] = first_of.emplace(record.key, distinct.records.size());
    if (is_new) {
      distinct.records.push_back(std::move(record));
    } else if (distinct.records[first->second] == record) {
      ++distinct.repeated;
    } else {
      distinct.conflicting.push_back(std::move(record));
    }
  }
  return distinct;
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
    spdlog::warn("usage of job {} epoch {} is known with other values: refused", record.key.job_id,
                 record.key.epoch);
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
  Distinct distinct = WithoutRepeats(std::move(records));
  FURNACE_ASSIGN_OR_RETURN(const PriceList prices, prices_.Load());
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Bill> bills,
                           MakeBills(std::move(distinct.records), prices));

  FURNACE_ASSIGN_OR_RETURN(const StoreOutcome outcome, usage_.Record(bills, now_us));

  for (const std::size_t index : outcome.conflicting) {
    distinct.conflicting.push_back(bills[index].record);
  }
  FURNACE_RETURN_IF_ERROR(Refuse(distinct.conflicting));
  const int known = static_cast<int>(bills.size() - outcome.recorded.size());
  const int known_other = static_cast<int>(outcome.conflicting.size());
  monitor_.Recorded({.recorded = static_cast<int>(outcome.recorded.size()),
                     .repeated = distinct.repeated + known - known_other,
                     .conflicting = static_cast<int>(distinct.conflicting.size()),
                     .unpriced = CountUnpriced(bills, outcome.recorded)});
  return static_cast<int>(outcome.recorded.size());
}

absl::Status UsageRecorder::Refuse(const std::vector<UsageRecord>& records) {
  if (records.empty()) return absl::OkStatus();
  LogConflicts(records);
  return usage_.KeepRefused(records);
}

}  // namespace furnace::metering
