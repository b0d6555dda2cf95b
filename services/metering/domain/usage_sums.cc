#include "services/metering/domain/usage_sums.h"

#include <algorithm>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

using Hours = std::map<HourKey, HourSums>;

// Adds what is counted from `first_us` to `last_us`, both included.
absl::Status AddTo(Hours& hours, const HourKey& key, const UsageSums& sums, std::int64_t first_us,
                   std::int64_t last_us) {
  const auto [hour, is_new] = hours.try_emplace(key);
  HourSums& total = hour->second;
  FURNACE_ASSIGN_OR_RETURN(total.sums, Add(total.sums, sums));
  total.first_us = is_new ? first_us : std::min(total.first_us, first_us);
  total.last_us = is_new ? last_us : std::max(total.last_us, last_us);
  return absl::OkStatus();
}

UsageSums Negative(const UsageSums& sums) {
  return {.gpu_milli_us = -sums.gpu_milli_us,
          .credited_gpu_milli_us = -sums.credited_gpu_milli_us,
          .unpriced_gpu_milli_us = -sums.unpriced_gpu_milli_us,
          .invocations = -sums.invocations,
          .cold_start_us = -sums.cold_start_us,
          .covered_gpu_milli_us = -sums.covered_gpu_milli_us,
          .byte_us = -sums.byte_us,
          .tokens = -sums.tokens,
          .cost = -sums.cost};
}

}  // namespace

absl::StatusOr<UsageSums> Add(const UsageSums& a, const UsageSums& b) {
  FURNACE_ASSIGN_OR_RETURN(const AttoUsd cost, Add(a.cost, b.cost));
  // The others count microseconds or tokens: 2^127 of them do not come together.
  return UsageSums{.gpu_milli_us = a.gpu_milli_us + b.gpu_milli_us,
                   .credited_gpu_milli_us = a.credited_gpu_milli_us + b.credited_gpu_milli_us,
                   .unpriced_gpu_milli_us = a.unpriced_gpu_milli_us + b.unpriced_gpu_milli_us,
                   .invocations = a.invocations + b.invocations,
                   .cold_start_us = a.cold_start_us + b.cold_start_us,
                   .covered_gpu_milli_us = a.covered_gpu_milli_us + b.covered_gpu_milli_us,
                   .byte_us = a.byte_us + b.byte_us,
                   .tokens = a.tokens + b.tokens,
                   .cost = cost};
}

UsageSums SumsOf(const UsageRecord& record, const Segment& segment, Span within) {
  const std::int64_t start_us = std::max(segment.span.start_us, within.start_us);
  const std::int64_t end_us = std::min(segment.span.end_us, within.end_us);
  if (record.kind == UsageKind::kStorage) {
    const Int128 byte_us = static_cast<Int128>(end_us - start_us) * record.bytes;
    return {.byte_us = byte_us, .cost = StorageCharge(segment.price_nanos.value_or(0), byte_us)};
  }
  const std::int64_t gpu_milli_us = (end_us - start_us) * record.milli_gpus;
  if (record.covered) return {.covered_gpu_milli_us = gpu_milli_us};
  const bool refund = record.kind == UsageKind::kRefund;
  if (IsCredited(record.cause) && !refund) return {.credited_gpu_milli_us = gpu_milli_us};
  UsageSums sums{.gpu_milli_us = gpu_milli_us};
  if (segment.price_nanos) {
    sums.cost = GpuCharge(*segment.price_nanos, gpu_milli_us);
  } else {
    sums.unpriced_gpu_milli_us = gpu_milli_us;
  }
  if (!refund) return sums;
  sums = Negative(sums);
  sums.credited_gpu_milli_us = gpu_milli_us;
  return sums;
}

UsageSums SumsAtEnd(const Bill& bill) {
  const bool invoked = bill.record.kind == UsageKind::kAttempt && !IsCredited(bill.record.cause);
  return {.invocations = invoked ? 1 : 0,
          .cold_start_us = bill.record.cold_start_us,
          .tokens = invoked ? bill.record.tokens : 0,
          .cost = FromNanos(bill.invocation_nanos.value_or(0))};
}

absl::StatusOr<std::map<HourKey, HourSums>> SumByHour(std::span<const Bill* const> bills) {
  Hours hours;
  for (const Bill* bill : bills) {
    const UsageRecord& record = bill->record;
    HourKey key{record.project_id, 0, record.endpoint_id, record.gpu_type, record.api_key_id};
    for (const Segment& segment : bill->segments) {
      const Span& span = segment.span;
      key.hour_us = HourOf(span.start_us);
      FURNACE_RETURN_IF_ERROR(
          AddTo(hours, key, SumsOf(record, segment, span), span.start_us, span.end_us - 1));
    }
    const UsageSums at_end = SumsAtEnd(*bill);
    if (at_end == UsageSums{}) continue;
    key.hour_us = HourOf(record.end_us);
    FURNACE_RETURN_IF_ERROR(AddTo(hours, key, at_end, record.end_us, record.end_us));
  }
  return hours;
}

absl::StatusOr<Hours> SumChanges(std::span<const Bill* const> before,
                                 std::span<const Bill* const> after) {
  FURNACE_ASSIGN_OR_RETURN(Hours changes, SumByHour(after));
  FURNACE_ASSIGN_OR_RETURN(const Hours old_hours, SumByHour(before));
  for (const auto& [key, hour] : old_hours) {
    UsageSums& sums = changes[key].sums;
    FURNACE_ASSIGN_OR_RETURN(sums, Add(sums, Negative(hour.sums)));
  }
  std::erase_if(changes, [](const auto& hour) { return hour.second.sums == UsageSums{}; });
  return changes;
}

}  // namespace furnace::metering
