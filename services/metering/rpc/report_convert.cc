#include "services/metering/rpc/report_convert.h"

#include <algorithm>
#include <optional>
#include <set>

#include "libs/common/base/gpu_type.h"
#include "libs/common/base/status.h"
#include "services/metering/rpc/convert.h"

namespace furnace::metering::rpc {
namespace {

constexpr std::size_t kMaxText = 128;
constexpr std::size_t kMaxTagText = 64;

absl::Status Bad(std::string_view field, std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "{}: {}", field, what);
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// `text` of `field`, nullopt when empty.
absl::StatusOr<std::optional<std::string>> OptionalText(const std::string& text,
                                                        const char* field) {
  if (text.empty()) return std::nullopt;
  if (text.size() <= kMaxText && IsPrintable(text)) return text;
  return Bad(field, "must be at most 128 printable ASCII characters");
}

absl::StatusOr<std::optional<UsageKind>> KindOf(v1::CostKind kind) {
  switch (kind) {
    case v1::COST_KIND_UNSPECIFIED: return std::nullopt;
    case v1::COST_KIND_ATTEMPT: return UsageKind::kAttempt;
    case v1::COST_KIND_WORKER: return UsageKind::kWorker;
    case v1::COST_KIND_INSTANCE: return UsageKind::kInstance;
    case v1::COST_KIND_STORAGE: return UsageKind::kStorage;
    default: return Bad("kind", "not one that is known");
  }
}

v1::CostKind WireKindOf(UsageKind kind) {
  switch (kind) {
    case UsageKind::kPart:
    case UsageKind::kRefund:
    case UsageKind::kAttempt: return v1::COST_KIND_ATTEMPT;
    case UsageKind::kWorker: return v1::COST_KIND_WORKER;
    case UsageKind::kInstance: return v1::COST_KIND_INSTANCE;
    case UsageKind::kStorage: return v1::COST_KIND_STORAGE;
  }
  return v1::COST_KIND_UNSPECIFIED;
}

absl::Status SetTimeUnit(TimeUnit unit, CostQuery& query) {
  if (query.by_time != TimeUnit::kNone) {
    return Bad("group_by", "at most one of HOUR, DAY and MONTH");
  }
  query.by_time = unit;
  return absl::OkStatus();
}

absl::Status SetTag(const std::string& name, CostQuery& query) {
  if (name.empty() || name.size() > kMaxTagText || !IsPrintable(name) ||
      name.find('=') != std::string::npos) {
    return Bad("tag", "must be the name of a tag to group by TAG");
  }
  query.by_tag = name;
  return absl::OkStatus();
}

absl::Status SetGroup(int group, const std::string& tag, CostQuery& query) {
  switch (group) {
    case v1::COST_GROUP_HOUR: return SetTimeUnit(TimeUnit::kHour, query);
    case v1::COST_GROUP_DAY: return SetTimeUnit(TimeUnit::kDay, query);
    case v1::COST_GROUP_MONTH: return SetTimeUnit(TimeUnit::kMonth, query);
    case v1::COST_GROUP_TAG: return SetTag(tag, query);
    case v1::COST_GROUP_ENDPOINT: query.by_endpoint = true; break;
    case v1::COST_GROUP_GPU_TYPE: query.by_gpu_type = true; break;
    case v1::COST_GROUP_API_KEY: query.by_api_key = true; break;
    case v1::COST_GROUP_KIND: query.by_kind = true; break;
    case v1::COST_GROUP_WORKER: query.by_worker = true; break;
    case v1::COST_GROUP_JOB: query.by_job = true; break;
    default: return Error(absl::StatusCode::kInvalidArgument, "group_by: {} is not one", group);
  }
  return absl::OkStatus();
}

absl::Status SetGroups(const v1::GetCostReportRequest& request, CostQuery& query) {
  std::set<int> seen;
  for (const int group : request.group_by()) {
    if (!seen.insert(group).second) return Bad("group_by", "the same group twice");
    FURNACE_RETURN_IF_ERROR(SetGroup(group, request.tag(), query));
  }
  if (request.tag().empty() || query.by_tag) return absl::OkStatus();
  return Bad("tag", "only together with TAG in group_by");
}

void SetTime(std::int64_t time_us, google::protobuf::Timestamp* time) {
  time->set_seconds(time_us / 1'000'000);
}

// Nano-dollars of one of `count`: rounded once, from the exact cost.
absl::StatusOr<std::int64_t> NanosOfOne(AttoUsd cost, Int128 count) {
  return ToInt64(DivideHalfEven(cost.value, count * ledger::kAttosPerNano), "cost of one");
}

// Likewise of 1,000 of `count`: the divisor is less, for a cost 1,000 times as high may not fit.
absl::StatusOr<std::int64_t> NanosOfThousand(AttoUsd cost, Int128 count) {
  return ToInt64(DivideHalfEven(cost.value, count * (ledger::kAttosPerNano / 1'000)),
                 "cost of 1,000");
}

absl::Status SetTokens(const UsageSums& sums, v1::CostRow& proto) {
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t tokens, ToInt64(sums.tokens, "tokens"));
  proto.set_tokens(tokens);
  if (tokens == 0) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, NanosOfThousand(sums.cost, sums.tokens));
  proto.set_nanos_per_1000_tokens(nanos);
  return absl::OkStatus();
}

absl::Status SetFigures(const CostRow& row, v1::CostRow& proto) {
  FURNACE_ASSIGN_OR_RETURN(const v1::UsageRow usage, ToProto(UsageRow{.sums = row.sums}));
  proto.set_gpu_time_us(usage.gpu_time_us());
  proto.set_credited_gpu_time_us(usage.credited_gpu_time_us());
  proto.set_covered_gpu_time_us(usage.covered_gpu_time_us());
  proto.set_unpriced_gpu_time_us(usage.unpriced_gpu_time_us());
  proto.set_invocations(usage.invocations());
  proto.set_cold_start_us(usage.cold_start_us());
  proto.set_storage_gb_us(usage.storage_gb_us());
  proto.set_cost_nanos(usage.cost_nanos());
  proto.set_cost_atto(ToString(row.sums.cost.value));
  FURNACE_RETURN_IF_ERROR(SetTokens(row.sums, proto));
  if (row.sums.invocations == 0) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos,
                           NanosOfOne(row.sums.cost, row.sums.invocations));
  proto.set_nanos_per_invocation(nanos);
  return absl::OkStatus();
}

absl::Status SetJobs(const CostRow& row, v1::CostRow& proto) {
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t jobs, ToInt64(row.jobs, "jobs"));
  proto.set_jobs(jobs);
  if (jobs == 0) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, NanosOfOne(row.sums.cost, row.jobs));
  proto.set_nanos_per_job(nanos);
  return absl::OkStatus();
}

absl::StatusOr<v1::CostEstimateRow> LineOf(const EstimateRow& row) {
  v1::CostEstimateRow proto;
  proto.set_gpu_type(row.durations.gpu_type);
  proto.set_gpu_milli(static_cast<int>(row.durations.milli_gpus));
  proto.set_priced(row.priced);
  proto.set_covered(row.durations.covered);
  proto.set_low_execution_us(row.durations.p50_us);
  proto.set_high_execution_us(row.durations.p90_us);
  proto.set_observed(row.durations.attempts);
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t low, ToNanos(row.low));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t high, ToNanos(row.high));
  proto.set_low_nanos(low);
  proto.set_high_nanos(high);
  return proto;
}

}  // namespace

absl::StatusOr<CostQuery> FromProto(const v1::GetCostReportRequest& request) {
  CostQuery query{.count_jobs = request.count_jobs(), .dearest_first = request.dearest_first()};
  FURNACE_RETURN_IF_ERROR(SetGroups(request, query));
  FURNACE_ASSIGN_OR_RETURN(query.endpoint_id, OptionalUuid(request.endpoint_id(), "endpoint_id"));
  FURNACE_ASSIGN_OR_RETURN(query.gpu_type, OptionalText(request.gpu_type(), "gpu_type"));
  if (query.gpu_type) query.gpu_type = CanonicalGpuType(*query.gpu_type);
  FURNACE_ASSIGN_OR_RETURN(query.api_key_id, OptionalUuid(request.api_key_id(), "api_key_id"));
  FURNACE_ASSIGN_OR_RETURN(query.kind, KindOf(request.kind()));
  FURNACE_ASSIGN_OR_RETURN(query.worker_id, OptionalText(request.worker_id(), "worker_id"));
  const std::string& tagged = request.tagged();
  if (tagged.empty()) return query;
  if (tagged.size() > 2 * kMaxTagText + 1 || !IsPrintable(tagged) ||
      tagged.find('=') == std::string::npos || tagged.front() == '=') {
    return Bad("tagged", "must be name=value");
  }
  query.tagged = tagged;
  return query;
}

absl::StatusOr<EstimateQuery> FromProto(const v1::EstimateCostRequest& request) {
  if (static_cast<std::size_t>(request.gpu_types_size()) > kMaxEstimatedGpuTypes) {
    return Bad("gpu_types", "more than 16");
  }
  EstimateQuery query;
  for (const std::string& gpu_type : request.gpu_types()) {
    FURNACE_ASSIGN_OR_RETURN(const auto text, OptionalText(gpu_type, "gpu_types"));
    if (!text) return Bad("gpu_types", "must not be empty");
    query.gpu_types.push_back(CanonicalGpuType(*text));
  }
  if (request.gpu_milli() < 0 || request.gpu_milli() > kMaxGpus * kMilliGpus) {
    return Bad("gpu_milli", "must be 1 to 16000");
  }
  if (request.execution_us() < 0 || request.execution_us() > kMaxLeaseUs) {
    return Bad("execution_us", "must be 1 to 691200000000");
  }
  if (request.jobs() < 0 || request.jobs() > kMaxEstimatedJobs) {
    return Bad("jobs", "must be 1 to 1000000");
  }
  query.milli_gpus = request.gpu_milli();
  query.execution_us = request.execution_us();
  query.jobs = std::max(1, request.jobs());
  return query;
}

absl::StatusOr<v1::CostRow> ToProto(const CostRow& row, bool with_jobs) {
  v1::CostRow proto;
  if (row.time_us) SetTime(*row.time_us, proto.mutable_time());
  proto.set_endpoint_id(row.endpoint_id);
  proto.set_gpu_type(row.gpu_type);
  proto.set_api_key_id(row.api_key_id);
  if (row.kind) proto.set_kind(WireKindOf(*row.kind));
  proto.set_worker_id(row.worker_id);
  proto.set_tag_value(row.tag_value);
  proto.set_job_id(row.job_id);
  FURNACE_RETURN_IF_ERROR(SetFigures(row, proto));
  if (with_jobs) FURNACE_RETURN_IF_ERROR(SetJobs(row, proto));
  return proto;
}

absl::StatusOr<v1::CostEstimate> ToProto(const std::vector<EstimateRow>& rows) {
  v1::CostEstimate proto;
  for (const EstimateRow& row : rows) {
    FURNACE_ASSIGN_OR_RETURN(const v1::CostEstimateRow line, LineOf(row));
    *proto.add_rows() = line;
    if (!row.priced) continue;
    const bool first = !proto.has_low_nanos();
    proto.set_low_nanos(first ? line.low_nanos() : std::min(proto.low_nanos(), line.low_nanos()));
    proto.set_high_nanos(first ? line.high_nanos()
                               : std::max(proto.high_nanos(), line.high_nanos()));
  }
  return proto;
}

absl::StatusOr<v1::CostForecast> ToProto(const Forecast& forecast) {
  v1::CostForecast proto;
  SetTime(forecast.month_us, proto.mutable_month());
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t to_date, ToNanos(forecast.month_to_date));
  proto.set_month_to_date_nanos(to_date);
  proto.set_insufficient_history(forecast.periods == 0);
  if (forecast.periods == 0) return proto;
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t low, ToNanos(forecast.low));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t likely, ToNanos(forecast.likely));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t high, ToNanos(forecast.high));
  proto.set_low_nanos(low);
  proto.set_likely_nanos(likely);
  proto.set_high_nanos(high);
  proto.set_periods(forecast.periods);
  proto.set_period_hours(static_cast<int>(forecast.period_us / kHourUs));
  return proto;
}

}  // namespace furnace::metering::rpc
