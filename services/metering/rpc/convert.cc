#include "services/metering/rpc/convert.h"

#include <algorithm>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/metering/domain/canonical.h"

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
    case v1::FAILURE_CAUSE_BUDGET: return Cause::kBudget;
    default:
      return Error(absl::StatusCode::kInvalidArgument, "cause: {} is not one",
                   static_cast<int>(cause));
  }
}

absl::StatusOr<UsageKind> FromProto(internal::v1::UsageKind kind) {
  switch (kind) {
    case internal::v1::USAGE_KIND_UNSPECIFIED:
    case internal::v1::USAGE_KIND_ATTEMPT: return UsageKind::kAttempt;
    case internal::v1::USAGE_KIND_WORKER: return UsageKind::kWorker;
    case internal::v1::USAGE_KIND_INSTANCE: return UsageKind::kInstance;
    case internal::v1::USAGE_KIND_STORAGE: return UsageKind::kStorage;
    case internal::v1::USAGE_KIND_PART: return UsageKind::kPart;
    case internal::v1::USAGE_KIND_REFUND: return UsageKind::kRefund;
    default:
      return Error(absl::StatusCode::kInvalidArgument, "kind: {} is not one",
                   static_cast<int>(kind));
  }
}

absl::StatusOr<std::int64_t> MilliGpusOf(const internal::v1::UsageRecord& record) {
  if (record.gpu_milli() == 0) return record.gpu_count() * kMilliGpus;
  if (record.gpu_count() != 0) {
    return absl::InvalidArgumentError("gpu_milli: not together with gpu_count");
  }
  if (record.gpu_milli() < 1 || record.gpu_milli() > kMaxGpus * kMilliGpus) {
    return absl::InvalidArgumentError("gpu_milli: must be 1 to 16000");
  }
  return record.gpu_milli();
}

absl::StatusOr<RecordKey> KeyOf(const internal::v1::UsageRecord& record, UsageKind kind) {
  if (record.part() < 0 || record.part() > kMaxParts) {
    return absl::InvalidArgumentError("part: must be 0 to 2000");
  }
  if (!IsOfAttempt(kind)) {
    if (record.part() != 0) return absl::InvalidArgumentError("part: only attempts have some");
    return RecordKey{record.job_id(), record.epoch()};
  }
  if (record.epoch() >= kPartStep) return absl::InvalidArgumentError("epoch: must be 1 to 999999");
  return RecordKey{record.job_id(), EpochOf(record.epoch(), record.part())};
}

std::vector<Tag> TagsOf(const internal::v1::UsageRecord& record) {
  std::vector<Tag> tags(record.tags().begin(), record.tags().end());
  std::sort(tags.begin(), tags.end());
  return tags;
}

// Gigabytes times microseconds, rounded.
absl::StatusOr<std::int64_t> GbUs(Int128 byte_us) {
  return ToInt64(DivideHalfEven(byte_us, 1'000'000'000), "storage");
}

v1::LedgerEntryKind ToProto(EntryKind kind) {
  switch (kind) {
    case EntryKind::kGpuTime: return v1::LEDGER_ENTRY_KIND_GPU_TIME;
    case EntryKind::kInvocation: return v1::LEDGER_ENTRY_KIND_INVOCATION;
    case EntryKind::kCredit: return v1::LEDGER_ENTRY_KIND_CREDIT;
    case EntryKind::kStorage: return v1::LEDGER_ENTRY_KIND_STORAGE;
    case EntryKind::kCovered: return v1::LEDGER_ENTRY_KIND_COVERED;
    case EntryKind::kCorrection: return v1::LEDGER_ENTRY_KIND_CORRECTION;
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
  FURNACE_ASSIGN_OR_RETURN(const UsageKind kind, FromProto(record.kind()));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t milli_gpus, MilliGpusOf(record));
  FURNACE_ASSIGN_OR_RETURN(RecordKey key, KeyOf(record, kind));
  return UsageRecord{.key = std::move(key),
                     .project_id = record.project_id(),
                     .endpoint_id = record.endpoint_id(),
                     .worker_id = record.worker_id(),
                     .gpu_type = record.gpu_type(),
                     .milli_gpus = milli_gpus,
                     .start_us = record.start_us(),
                     .end_us = record.end_us(),
                     .cause = cause,
                     .cold_start_us = record.cold_start_us(),
                     .kind = kind,
                     .warm = record.warm(),
                     .covered = record.covered(),
                     .vram_mib = record.vram_mib(),
                     .bytes = record.bytes(),
                     .region = record.region(),
                     .tier = record.tier(),
                     .tags = TagsOf(record),
                     .api_key_id = record.api_key_id(),
                     .tokens = record.tokens()};
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
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t covered_us, GpuTimeUs(sums.covered_gpu_milli_us));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t storage_gb_us, GbUs(sums.byte_us));
  proto.set_covered_gpu_time_us(covered_us);
  proto.set_storage_gb_us(storage_gb_us);
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
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t storage_gb_us, GbUs(line.entry.byte_us));
  proto.set_storage_gb_us(storage_gb_us);
  proto.set_transaction(line.transaction);
  proto.set_unit_price_nanos(line.entry.price_nanos.value_or(0));
  proto.set_amount_nanos(amount_nanos);
  return proto;
}

v1::PriceUnit ToProto(PriceUnit unit) {
  switch (unit) {
    case PriceUnit::kGpuSecond: return v1::PRICE_UNIT_GPU_SECOND;
    case PriceUnit::kInvocation: return v1::PRICE_UNIT_INVOCATION;
    case PriceUnit::kWarmGpuSecond: return v1::PRICE_UNIT_WARM_GPU_SECOND;
    case PriceUnit::kGbMonth: return v1::PRICE_UNIT_GB_MONTH;
  }
  return v1::PRICE_UNIT_UNSPECIFIED;
}

v1::Price ToProto(const Price& price) {
  v1::Price proto;
  proto.set_unit(ToProto(price.unit));
  proto.set_gpu_type(price.gpu_type);
  proto.set_nanos(price.nanos);
  SetTime(price.effective_from_us, proto.mutable_effective_from());
  proto.set_region(price.region);
  proto.set_tier(price.tier);
  proto.set_project_id(price.project_id);
  return proto;
}

v1::Receipt ToProto(const ledger::Receipt& receipt) {
  v1::Receipt proto;
  proto.set_record(receipt.record);
  proto.set_index(receipt.index);
  for (const Hash& hash : receipt.path) proto.add_path(ledger::ToHex(hash));
  proto.set_transaction(receipt.transaction);
  proto.set_previous_hash(ledger::ToHex(receipt.previous));
  proto.set_hash(ledger::ToHex(receipt.hash));
  return proto;
}

v1::ChainHead ToProto(const ChainHead& head) {
  v1::ChainHead proto;
  proto.set_number(head.number);
  proto.set_hash(ledger::ToHex(head.hash));
  return proto;
}

v1::LedgerTransaction ToProto(const ChainedTransaction& chained) {
  v1::LedgerTransaction proto;
  proto.set_number(chained.transaction.number);
  proto.set_text(CanonicalText(chained.transaction));
  proto.set_hash(ledger::ToHex(chained.hash));
  return proto;
}

v1::AuditLedgerResponse ToProto(const AuditReport& report) {
  v1::AuditLedgerResponse proto;
  proto.set_transactions(report.transactions);
  proto.set_records(report.records);
  proto.set_segments(report.segments);
  for (const Difference& difference : report.differences) {
    v1::LedgerDifference& added = *proto.add_differences();
    added.set_transaction(difference.transaction);
    added.set_what(difference.what);
  }
  *proto.mutable_last() = ToProto(report.last);
  proto.set_complete(report.complete);
  return proto;
}

v1::RefusedUsage ToProto(const RefusedRecord& refused) {
  v1::RefusedUsage proto;
  proto.set_id(refused.id);
  SetTime(refused.refused_us, proto.mutable_refused_at());
  proto.set_job_id(refused.key.job_id);
  proto.set_epoch(refused.key.epoch);
  proto.set_record(refused.record);
  return proto;
}

}  // namespace furnace::metering::rpc
