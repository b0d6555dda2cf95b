#include "tests/support/metering_memory_store.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"
#include "services/metering/app/ledger_lines.h"
#include "services/metering/domain/canonical.h"

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
                   std::int64_t at_us, UsageSums sums) {
  sums.tokens = 0;  // They are for reports.
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

bool MemoryUsageStore::OverlapsAnother(const UsageRecord& record) const {
  if (bills_.contains(record.key)) return false;
  const auto first = bills_.lower_bound({.job_id = record.key.job_id, .epoch = 0});
  const auto last =
      bills_.upper_bound({.job_id = record.key.job_id, .epoch = std::numeric_limits<int>::max()});
  return std::any_of(first, last,
                     [&](const auto& each) { return Overlap(each.second.record, record); });
}

absl::StatusOr<StoreOutcome> MemoryUsageStore::Record(std::span<const Bill> bills,
                                                      std::int64_t now_us) {
  MutexLock lock(mutex_);
  if (!next_failure_.ok()) return std::exchange(next_failure_, absl::OkStatus());
  StoreOutcome outcome;
  std::map<std::string, std::vector<std::size_t>> by_project;
  for (std::size_t index = 0; index < bills.size(); ++index) {
    const UsageRecord& record = bills[index].record;
    if (OverlapsAnother(record)) {
      outcome.conflicting.push_back(index);
      continue;
    }
    const auto [known, is_new] = bills_.try_emplace(record.key, bills[index]);
    if (is_new) {
      by_project[record.project_id].push_back(index);
      outcome.recorded.push_back(index);
    } else if (known->second.record != record) {
      outcome.conflicting.push_back(index);
    }
  }
  for (const auto& [project_id, indexes] : by_project) {
    FURNACE_RETURN_IF_ERROR(Book(project_id, indexes, bills, now_us));
  }
  return outcome;
}

absl::Status MemoryUsageStore::Book(const std::string& project_id,
                                    const std::vector<std::size_t>& indexes,
                                    std::span<const Bill> bills, std::int64_t now_us) {
  std::vector<ChainedTransaction>& chain = chains_[project_id];
  const auto number = static_cast<std::int64_t>(chain.size()) + 1;
  std::vector<const Bill*> mine;
  for (const std::size_t index : indexes) {
    mine.push_back(&bills[index]);
    booked_[project_id].push_back(
        {.place = {number, static_cast<int>(index)}, .recorded_us = now_us, .bill = bills[index]});
  }
  FURNACE_ASSIGN_OR_RETURN(
      Transaction transaction,
      furnace::metering::Sum({.project_id = project_id, .number = number, .time_us = now_us},
                             mine));
  chain.push_back(Chain(chain.empty() ? Hash{} : chain.back().hash, std::move(transaction)));
  return absl::OkStatus();
}

absl::Status MemoryUsageStore::KeepRefused(std::span<const UsageRecord> records) {
  MutexLock lock(mutex_);
  for (const UsageRecord& record : records) {
    const std::string text = CanonicalText(Bill{.record = record});
    const bool known = std::any_of(refused_.begin(), refused_.end(), [&](const auto& refused) {
      return refused.second.record == text;
    });
    if (known) continue;
    refused_.push_back({record.project_id,
                        {.id = static_cast<std::int64_t>(refused_.size()) + 1,
                         .refused_us = absl::ToUnixMicros(absl::Now()),
                         .key = record.key,
                         .record = text}});
  }
  return absl::OkStatus();
}

absl::StatusOr<ChainHead> MemoryUsageStore::Head(const std::string& project_id) {
  MutexLock lock(mutex_);
  const std::vector<ChainedTransaction>& chain = chains_[project_id];
  if (chain.empty()) return ChainHead{};
  return ChainHead{chain.back().transaction.number, chain.back().hash};
}

absl::StatusOr<std::vector<ChainedTransaction>> MemoryUsageStore::Transactions(
    const std::string& project_id, std::int64_t after, int limit) {
  MutexLock lock(mutex_);
  std::vector<ChainedTransaction> page;
  for (const ChainedTransaction& chained : chains_[project_id]) {
    if (page.size() == static_cast<std::size_t>(limit)) break;
    if (chained.transaction.number > after) page.push_back(chained);
  }
  return page;
}

absl::StatusOr<std::vector<BookedBill>> MemoryUsageStore::BillsOf(const std::string& project_id,
                                                                  std::int64_t first,
                                                                  std::int64_t last) {
  MutexLock lock(mutex_);
  std::vector<BookedBill> bills;
  for (const BookedBill& booked : booked_[project_id]) {
    const std::int64_t number = booked.place.transaction;
    if (first <= number && number <= last) bills.push_back(booked);
  }
  return bills;
}

absl::StatusOr<std::vector<BookedBill>> MemoryUsageStore::BillsOfJob(const std::string& project_id,
                                                                     const std::string& job_id,
                                                                     int limit) {
  MutexLock lock(mutex_);
  std::vector<BookedBill> bills;
  for (const BookedBill& booked : booked_[project_id]) {
    if (bills.size() == static_cast<std::size_t>(limit)) break;
    if (booked.bill.record.key.job_id == job_id) bills.push_back(booked);
  }
  return bills;
}

absl::StatusOr<std::vector<RefusedRecord>> MemoryUsageStore::Refused(const std::string& project_id,
                                                                     std::int64_t after,
                                                                     int limit) {
  MutexLock lock(mutex_);
  std::vector<RefusedRecord> page;
  for (const auto& [owner, refused] : refused_) {
    if (page.size() == static_cast<std::size_t>(limit)) break;
    if (owner == project_id && refused.id > after) page.push_back(refused);
  }
  return page;
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
  std::vector<LedgerLine> lines;
  const auto add = [&](const auto& all) {
    for (const auto& booked : all) {
      for (LedgerLine& line : LinesOf(booked)) {
        const bool asked = !query.job_id || *query.job_id == line.key.job_id;
        if (asked && line.id > query.after_id) lines.push_back(std::move(line));
      }
    }
  };
  add(booked_[query.project_id]);
  add(postings_[query.project_id]);
  std::ranges::sort(lines, {}, &LedgerLine::id);
  if (lines.size() > static_cast<std::size_t>(query.limit)) {
    lines.erase(lines.begin() + query.limit, lines.end());
  }
  return lines;
}

std::vector<Bill> MemoryUsageStore::Bills() {
  MutexLock lock(mutex_);
  std::vector<Bill> bills;
  for (const auto& [key, bill] : bills_) bills.push_back(bill);
  return bills;
}

std::vector<std::string> MemoryUsageStore::Projects() {
  MutexLock lock(mutex_);
  std::vector<std::string> projects;
  for (const auto& [project_id, chain] : chains_) projects.push_back(project_id);
  return projects;
}

void MemoryUsageStore::FailNext(absl::Status status) {
  MutexLock lock(mutex_);
  next_failure_ = std::move(status);
}

}  // namespace furnace::metering
