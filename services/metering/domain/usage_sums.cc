#include "services/metering/domain/usage_sums.h"

#include <algorithm>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

absl::Status AddTo(UsageSums& total, const UsageSums& sums) {
  FURNACE_ASSIGN_OR_RETURN(total, Add(total, sums));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<UsageSums> Add(const UsageSums& a, const UsageSums& b) {
  FURNACE_ASSIGN_OR_RETURN(const AttoUsd cost, Add(a.cost, b.cost));
  // The others count microseconds: 2^127 of them do not come together.
  return UsageSums{.gpu_milli_us = a.gpu_milli_us + b.gpu_milli_us,
                   .credited_gpu_milli_us = a.credited_gpu_milli_us + b.credited_gpu_milli_us,
                   .unpriced_gpu_milli_us = a.unpriced_gpu_milli_us + b.unpriced_gpu_milli_us,
                   .invocations = a.invocations + b.invocations,
                   .cold_start_us = a.cold_start_us + b.cold_start_us,
                   .cost = cost};
}

UsageSums SumsOf(const UsageRecord& record, const Segment& segment, Span within) {
  const std::int64_t start_us = std::max(segment.span.start_us, within.start_us);
  const std::int64_t end_us = std::min(segment.span.end_us, within.end_us);
  const std::int64_t gpu_milli_us = (end_us - start_us) * record.milli_gpus;
  if (IsCredited(record.cause)) return {.credited_gpu_milli_us = gpu_milli_us};
  UsageSums sums{.gpu_milli_us = gpu_milli_us};
  if (segment.price_nanos) {
    sums.cost = GpuCharge(*segment.price_nanos, gpu_milli_us);
  } else {
    sums.unpriced_gpu_milli_us = gpu_milli_us;
  }
  return sums;
}

UsageSums SumsAtEnd(const Bill& bill) {
  return {.invocations = IsCredited(bill.record.cause) ? 0 : 1,
          .cold_start_us = bill.record.cold_start_us,
          .cost = FromNanos(bill.invocation_nanos.value_or(0))};
}

absl::StatusOr<std::map<HourKey, UsageSums>> SumByHour(std::span<const Bill* const> bills) {
  std::map<HourKey, UsageSums> hours;
  for (const Bill* bill : bills) {
    const UsageRecord& record = bill->record;
    HourKey key{record.project_id, 0, record.endpoint_id, record.gpu_type};
    for (const Segment& segment : bill->segments) {
      key.hour_us = HourOf(segment.span.start_us);
      FURNACE_RETURN_IF_ERROR(AddTo(hours[key], SumsOf(record, segment, segment.span)));
    }
    const UsageSums at_end = SumsAtEnd(*bill);
    if (at_end == UsageSums{}) continue;
    key.hour_us = HourOf(record.end_us);
    FURNACE_RETURN_IF_ERROR(AddTo(hours[key], at_end));
  }
  return hours;
}

}  // namespace furnace::metering
