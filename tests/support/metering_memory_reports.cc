#include "tests/support/metering_memory_reports.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

auto KeyOf(const CostRow& row) {
  return std::tie(row.time_us, row.endpoint_id, row.gpu_type, row.api_key_id, row.kind,
                  row.worker_id, row.tag_value, row.job_id);
}

// Parts count with their attempts.
UsageKind ReportedKind(const UsageRecord& record) {
  return IsOfAttempt(record.kind) ? UsageKind::kAttempt : record.kind;
}

bool Asks(const CostQuery& query, const UsageRecord& record) {
  const auto fits = [](const auto& wanted, const auto& value) {
    return !wanted || *wanted == value;
  };
  const auto is_tagged = [&](const Tag& tag) {
    return *query.tagged == tag.first + "=" + tag.second;
  };
  return record.project_id == query.project_id && fits(query.endpoint_id, record.endpoint_id) &&
         fits(query.gpu_type, record.gpu_type) && fits(query.api_key_id, record.api_key_id) &&
         fits(query.kind, ReportedKind(record)) && fits(query.worker_id, record.worker_id) &&
         (!query.tagged || std::any_of(record.tags.begin(), record.tags.end(), is_tagged));
}

bool IsIn(Span period, std::int64_t at_us) {
  return period.start_us <= at_us && at_us < period.end_us;
}

// Adds figures to their group, which is made when it is not there, and to the total.
class Sums {
 public:
  explicit Sums(const CostQuery& query) : query_(query) {}

  absl::Status Add(const UsageRecord& record, std::int64_t at_us, const UsageSums& sums, int jobs) {
    CostRow key{.time_us = StartOf(query_.by_time, at_us)};
    if (query_.by_endpoint) key.endpoint_id = record.endpoint_id;
    if (query_.by_gpu_type) key.gpu_type = record.gpu_type;
    if (query_.by_api_key) key.api_key_id = record.api_key_id;
    if (query_.by_kind) key.kind = ReportedKind(record);
    if (query_.by_worker) key.worker_id = record.worker_id;
    if (query_.by_tag) key.tag_value = ValueOf(record.tags, *query_.by_tag);
    if (query_.by_job) key.job_id = record.key.job_id;
    auto group = std::find_if(groups_.begin(), groups_.end(),
                              [&](const CostRow& row) { return KeyOf(row) == KeyOf(key); });
    if (group == groups_.end()) group = groups_.insert(group, key);
    for (CostRow* row : {&*group, &total_}) {
      FURNACE_ASSIGN_OR_RETURN(row->sums, metering::Add(row->sums, sums));
      if (NeedsRecords(query_)) row->jobs += jobs;
    }
    return absl::OkStatus();
  }

  CostPage Page(std::int64_t offset, int limit) {
    std::sort(groups_.begin(), groups_.end(), [&](const CostRow& a, const CostRow& b) {
      if (query_.dearest_first && a.sums.cost != b.sums.cost) {
        return a.sums.cost.value > b.sums.cost.value;
      }
      return KeyOf(a) < KeyOf(b);
    });
    const auto size = static_cast<std::int64_t>(groups_.size());
    const std::int64_t begin = std::min(offset, size);
    const std::int64_t end = std::min(begin + limit, size);
    return {.rows = {groups_.begin() + begin, groups_.begin() + end}, .total = total_};
  }

 private:
  const CostQuery& query_;
  std::vector<CostRow> groups_;
  CostRow total_;
};

std::int64_t Percentile(const std::vector<std::int64_t>& sorted, int percent) {
  const std::size_t place = (sorted.size() * static_cast<std::size_t>(percent) + 99) / 100;
  return sorted[std::max<std::size_t>(place, 1) - 1];
}

}  // namespace

absl::StatusOr<CostPage> MemoryReportStore::Costs(const CostQuery& query, std::int64_t offset,
                                                  int limit) {
  Sums sums(query);
  for (const Bill& bill : usage_.Bills()) {
    const UsageRecord& record = bill.record;
    if (!Asks(query, record)) continue;
    for (const Segment& segment : bill.segments) {
      const Span& span = segment.span;
      if (!IsIn(query.period, span.start_us)) continue;
      FURNACE_RETURN_IF_ERROR(sums.Add(record, span.start_us, SumsOf(record, segment, span), 0));
    }
    const bool is_attempt = record.kind == UsageKind::kAttempt;
    if (!IsIn(query.period, record.end_us) || !(is_attempt || record.cold_start_us > 0)) continue;
    if (!NeedsRecords(query) && SumsAtEnd(bill) == UsageSums{}) continue;
    const int jobs = is_attempt && AttemptOf(record.key.epoch) == 1 ? 1 : 0;
    FURNACE_RETURN_IF_ERROR(sums.Add(record, record.end_us, SumsAtEnd(bill), jobs));
  }
  return sums.Page(offset, limit);
}

absl::StatusOr<std::vector<Durations>> MemoryReportStore::DurationsOf(
    const std::string& project_id, const std::string& endpoint_id, std::int64_t since_us) {
  std::map<std::tuple<std::string, std::int64_t, bool>, std::vector<std::int64_t>> lengths;
  std::map<RecordKey, std::int64_t> first_starts;  // Of attempts that are in several parts.
  for (const Bill& bill : usage_.Bills()) {
    const RecordKey& key = bill.record.key;
    if (bill.record.kind == UsageKind::kPart && PartOf(key.epoch) == 1) {
      first_starts[{key.job_id, AttemptOf(key.epoch)}] = bill.record.start_us;
    }
  }
  for (const Bill& bill : usage_.Bills()) {
    const UsageRecord& record = bill.record;
    if (record.project_id != project_id || record.endpoint_id != endpoint_id) continue;
    if (record.kind != UsageKind::kAttempt || record.cause != Cause::kNone) continue;
    if (record.end_us < since_us || record.end_us == record.start_us) continue;
    const auto first = first_starts.find({record.key.job_id, AttemptOf(record.key.epoch)});
    const bool whole = PartOf(record.key.epoch) == 0 || first == first_starts.end();
    lengths[{record.gpu_type, record.milli_gpus, record.covered}].push_back(
        record.end_us - (whole ? record.start_us : first->second));
  }
  std::vector<Durations> durations;
  for (auto& [key, of_group] : lengths) {
    std::sort(of_group.begin(), of_group.end());
    durations.push_back({.gpu_type = std::get<0>(key),
                         .milli_gpus = std::get<1>(key),
                         .covered = std::get<2>(key),
                         .attempts = static_cast<std::int64_t>(of_group.size()),
                         .p50_us = Percentile(of_group, 50),
                         .p90_us = Percentile(of_group, 90)});
  }
  return durations;
}

}  // namespace furnace::metering
