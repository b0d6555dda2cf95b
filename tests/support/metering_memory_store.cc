#include "tests/support/metering_memory_store.h"

#include <tuple>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

using GroupKey = std::tuple<std::optional<std::int64_t>, std::string, std::string>;
using Groups = std::map<GroupKey, UsageSums>;

bool Asks(const UsageQuery& query, const UsageRecord& record) {
  return record.project_id == query.project_id &&
         (!query.endpoint_id || *query.endpoint_id == record.endpoint_id) &&
         (!query.job_id || *query.job_id == record.key.job_id);
}

absl::Status AddTo(Groups& groups, const UsageQuery& query, const UsageRecord& record,
                   std::int64_t at_us, const UsageSums& sums) {
  if (sums == UsageSums{}) return absl::OkStatus();
  UsageSums& group = groups[{query.by_hour ? std::optional(HourOf(at_us)) : std::nullopt,
                             query.by_endpoint ? record.endpoint_id : "",
                             query.by_gpu_type ? record.gpu_type : ""}];
  FURNACE_ASSIGN_OR_RETURN(group, Add(group, sums));
  return absl::OkStatus();
}

absl::Status AddBill(Groups& groups, const UsageQuery& query, const Bill& bill) {
  const Span& period = query.period;
  for (const Segment& segment : bill.segments) {
    const Span& span = segment.span;
    if (span.start_us >= period.end_us || span.end_us <= period.start_us) continue;
    FURNACE_RETURN_IF_ERROR(
        AddTo(groups, query, bill.record, span.start_us, SumsOf(bill.record, segment, period)));
  }
  const std::int64_t end_us = bill.record.end_us;
  if (end_us < period.start_us || end_us >= period.end_us) return absl::OkStatus();
  return AddTo(groups, query, bill.record, end_us, SumsAtEnd(bill));
}

}  // namespace

absl::StatusOr<StoreOutcome> MemoryUsageStore::Record(std::span<const Bill> bills) {
  MutexLock lock(mutex_);
  if (!next_failure_.ok()) return std::exchange(next_failure_, absl::OkStatus());
  StoreOutcome outcome;
  for (std::size_t index = 0; index < bills.size(); ++index) {
    const auto known = bills_.find(bills[index].record.key);
    if (known == bills_.end()) {
      Store(bills[index]);
      outcome.recorded.push_back(index);
    } else if (known->second.record != bills[index].record) {
      outcome.conflicting.push_back(index);
    }
  }
  return outcome;
}

void MemoryUsageStore::Store(const Bill& bill) {
  const UsageRecord& record = bill.record;
  bills_.emplace(record.key, bill);
  for (const Entry& entry : bill.entries) {
    if (entry.account != Account::kCustomer) continue;
    lines_.push_back({record.project_id,
                      {.id = static_cast<std::int64_t>(lines_.size()) + 1,
                       .recorded_us = absl::ToUnixMicros(absl::Now()),
                       .key = record.key,
                       .endpoint_id = record.endpoint_id,
                       .gpu_type = record.gpu_type,
                       .entry = entry}});
  }
}

absl::StatusOr<std::vector<UsageRow>> MemoryUsageStore::Sum(const UsageQuery& query, int limit) {
  MutexLock lock(mutex_);
  Groups groups;
  if (!query.by_hour && !query.by_endpoint && !query.by_gpu_type) groups[{}];
  for (const auto& [key, bill] : bills_) {
    if (!Asks(query, bill.record)) continue;
    FURNACE_RETURN_IF_ERROR(AddBill(groups, query, bill));
  }
  std::vector<UsageRow> rows;
  for (const auto& [key, sums] : groups) {
    if (rows.size() == static_cast<std::size_t>(limit)) break;
    rows.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), sums});
  }
  return rows;
}

absl::StatusOr<std::vector<LedgerLine>> MemoryUsageStore::ListLines(const LedgerQuery& query) {
  MutexLock lock(mutex_);
  std::vector<LedgerLine> page;
  for (const auto& [project_id, line] : lines_) {
    if (project_id != query.project_id || line.id <= query.after_id) continue;
    if (query.job_id && *query.job_id != line.key.job_id) continue;
    if (page.size() == static_cast<std::size_t>(query.limit)) break;
    page.push_back(line);
  }
  return page;
}

void MemoryUsageStore::FailNext(absl::Status status) {
  MutexLock lock(mutex_);
  next_failure_ = std::move(status);
}

MemoryPriceStore::MemoryPriceStore() : prices_(DefaultPrices()) {}

absl::StatusOr<PriceList> MemoryPriceStore::Load() {
  MutexLock lock(mutex_);
  return PriceList(prices_);
}

void MemoryPriceStore::Add(const Price& price) {
  MutexLock lock(mutex_);
  prices_.push_back(price);
}

}  // namespace furnace::metering
