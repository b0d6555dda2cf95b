#include "services/metering/rpc/convert.h"

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering::rpc {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
// The years 1 to 9999, as google.protobuf.Timestamp has them.
constexpr std::int64_t kMinSeconds = -62'135'596'800;
constexpr std::int64_t kMaxSeconds = 253'402'300'799;

absl::StatusOr<Cause> FromProto(v1::FailureCause cause) {
  switch (cause) {
    case v1::FAILURE_CAUSE_UNSPECIFIED: return Cause::kNone;
    case v1::FAILURE_CAUSE_HANDLER_ERROR: return Cause::kHandlerError;
    case v1::FAILURE_CAUSE_HANDLER_EXITED: return Cause::kHandlerExited;
    case v1::FAILURE_CAUSE_TIMEOUT: return Cause::kTimeout;
    case v1::FAILURE_CAUSE_WORKER_LOST: return Cause::kWorkerLost;
    case v1::FAILURE_CAUSE_PLATFORM: return Cause::kPlatform;
    default:
      return Error(absl::StatusCode::kInvalidArgument, "cause: {} is not one",
                   static_cast<int>(cause));
  }
}

v1::LedgerEntryKind ToProto(EntryKind kind) {
  switch (kind) {
    case EntryKind::kGpuTime: return v1::LEDGER_ENTRY_KIND_GPU_TIME;
    case EntryKind::kInvocation: return v1::LEDGER_ENTRY_KIND_INVOCATION;
    case EntryKind::kCredit: return v1::LEDGER_ENTRY_KIND_CREDIT;
    case EntryKind::kBalance: break;  // Never a customer's.
  }
  return v1::LEDGER_ENTRY_KIND_UNSPECIFIED;
}

// `time_us` is not negative: neither usage nor a price is older than 2020.
void SetTime(std::int64_t time_us, google::protobuf::Timestamp* time) {
  time->set_seconds(time_us / kMicros);
  time->set_nanos(static_cast<int>(time_us % kMicros) * 1'000);
}

// Whole microseconds of GPU time: exact unless parts of a GPU were held.
absl::StatusOr<std::int64_t> GpuTimeUs(Int128 gpu_milli_us) {
  return ToInt64(DivideHalfEven(gpu_milli_us, kMilliGpus), "GPU time");
}

// The flag of `query` that a group sets; nullptr for none.
bool* FlagOf(int group, UsageQuery& query) {
  switch (group) {
    case v1::USAGE_GROUP_ENDPOINT: return &query.by_endpoint;
    case v1::USAGE_GROUP_GPU_TYPE: return &query.by_gpu_type;
    case v1::USAGE_GROUP_HOUR: return &query.by_hour;
    default: return nullptr;
  }
}

}  // namespace

absl::StatusOr<UsageRecord> FromProto(const internal::v1::UsageRecord& record) {
  FURNACE_ASSIGN_OR_RETURN(const Cause cause, FromProto(record.cause()));
  return UsageRecord{.key = {record.job_id(), record.epoch()},
                     .project_id = record.project_id(),
                     .endpoint_id = record.endpoint_id(),
                     .worker_id = record.worker_id(),
                     .gpu_type = record.gpu_type(),
                     .milli_gpus = record.gpu_count() * kMilliGpus,
                     .start_us = record.start_us(),
                     .end_us = record.end_us(),
                     .cause = cause,
                     .cold_start_us = record.cold_start_us()};
}

absl::StatusOr<std::optional<std::int64_t>> ToMicros(bool set,
                                                     const google::protobuf::Timestamp& time,
                                                     const char* field) {
  if (!set) return std::nullopt;
  if (time.seconds() < kMinSeconds || time.seconds() > kMaxSeconds || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    return Error(absl::StatusCode::kInvalidArgument, "{}: not a time of the years 1 to 9999",
                 field);
  }
  return time.seconds() * kMicros + time.nanos() / 1'000;
}

absl::StatusOr<UsageQuery> FromProto(const v1::GetUsageRequest& request) {
  UsageQuery query;
  FURNACE_ASSIGN_OR_RETURN(query.endpoint_id, OptionalUuid(request.endpoint_id(), "endpoint_id"));
  FURNACE_ASSIGN_OR_RETURN(query.job_id, OptionalUuid(request.job_id(), "job_id"));
  for (const int group : request.group_by()) {
    bool* const flag = FlagOf(group, query);
    if (flag == nullptr) {
      return Error(absl::StatusCode::kInvalidArgument, "group_by: {} is not one", group);
    }
    if (*flag) return absl::InvalidArgumentError("group_by: the same group twice");
    *flag = true;
  }
  return query;
}

absl::StatusOr<std::optional<std::string>> OptionalUuid(const std::string& id, const char* field) {
  if (id.empty()) return std::nullopt;
  if (!IsUuid(id)) return Error(absl::StatusCode::kInvalidArgument, "{}: not a UUID", field);
  return id;
}

absl::StatusOr<v1::UsageRow> ToProto(const UsageRow& row) {
  v1::UsageRow proto;
  const UsageSums& sums = row.sums;
  proto.set_endpoint_id(row.endpoint_id);
  proto.set_gpu_type(row.gpu_type);
  if (row.hour_us) SetTime(*row.hour_us, proto.mutable_hour());
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t gpu_time_us, GpuTimeUs(sums.gpu_milli_us));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t credited_us, GpuTimeUs(sums.credited_gpu_milli_us));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t unpriced_us, GpuTimeUs(sums.unpriced_gpu_milli_us));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t invocations,
                           ToInt64(sums.invocations, "invocations"));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t cold_start_us,
                           ToInt64(sums.cold_start_us, "cold-start time"));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t cost_nanos, ToNanos(sums.cost));
  proto.set_gpu_time_us(gpu_time_us);
  proto.set_credited_gpu_time_us(credited_us);
  proto.set_unpriced_gpu_time_us(unpriced_us);
  proto.set_invocations(invocations);
  proto.set_cold_start_us(cold_start_us);
  proto.set_cost_nanos(cost_nanos);
  return proto;
}

absl::StatusOr<v1::LedgerEntry> ToProto(const LedgerLine& line) {
  v1::LedgerEntry proto;
  proto.set_id(line.id);
  SetTime(line.recorded_us, proto.mutable_recorded_at());
  proto.set_kind(ToProto(line.entry.kind));
  proto.set_job_id(line.key.job_id);
  proto.set_epoch(line.key.epoch);
  proto.set_endpoint_id(line.endpoint_id);
  proto.set_gpu_type(line.gpu_type);
  SetTime(line.entry.span.start_us, proto.mutable_start_time());
  SetTime(line.entry.span.end_us, proto.mutable_end_time());
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t gpu_time_us, GpuTimeUs(line.entry.gpu_milli_us));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t amount_nanos, ToNanos(line.entry.amount));
  proto.set_gpu_time_us(gpu_time_us);
  proto.set_unit_price_nanos(line.entry.unit_price_nanos);
  proto.set_amount_nanos(amount_nanos);
  return proto;
}

v1::Price ToProto(const Price& price) {
  v1::Price proto;
  proto.set_unit(price.unit == PriceUnit::kGpuSecond ? v1::PRICE_UNIT_GPU_SECOND
                                                     : v1::PRICE_UNIT_INVOCATION);
  proto.set_gpu_type(price.gpu_type);
  proto.set_nanos(price.nanos);
  SetTime(price.effective_from_us, proto.mutable_effective_from());
  return proto;
}

}  // namespace furnace::metering::rpc
