#include "tests/support/metering_reference.h"

#include <algorithm>

namespace furnace::metering {
namespace {

bool PlatformFailed(const UsageRecord& record) {
  return record.cause == Cause::kWorkerLost || record.cause == Cause::kPlatform;
}

Reference::GroupKey GroupOf(const UsageQuery& query, const UsageRecord& record,
                            std::int64_t time_us) {
  Reference::GroupKey key;
  if (query.by_hour) std::get<0>(key) = time_us / 3'600'000'000 * 3'600'000'000;
  if (query.by_endpoint) std::get<1>(key) = record.endpoint_id;
  if (query.by_gpu_type) std::get<2>(key) = record.gpu_type;
  return key;
}

// Whether a microsecond of a lease or lifetime is in both, or taken back by both.
bool BillsTwice(const UsageRecord& a, const UsageRecord& b) {
  const auto sort = [](const UsageRecord& record) {
    switch (record.kind) {
      case UsageKind::kAttempt:
      case UsageKind::kPart: return 1;
      case UsageKind::kRefund: return 2;
      default: return 3;
    }
  };
  const bool same =
      sort(a) == sort(b) && (sort(a) == 3 || (a.key.epoch - b.key.epoch) % 1'000'000 == 0);
  const bool both = a.start_us < a.end_us && b.start_us < b.end_us && a.start_us < b.end_us &&
                    b.start_us < a.end_us;
  return a.key.job_id == b.key.job_id && same && both;
}

}  // namespace

bool ReferenceSums::IsZero() const {
  return gpu_milli_us == 0 && credited_gpu_milli_us == 0 && unpriced_gpu_milli_us == 0 &&
         invocations == 0 && cold_start_us == 0 && covered_gpu_milli_us == 0 && byte_us == 0 &&
         cost_atto == 0;
}

bool Reference::Add(const UsageRecord& record) {
  const bool twice = std::any_of(records_.begin(), records_.end(), [&](const auto& each) {
    return each.first != record.key && BillsTwice(each.second, record);
  });
  return !twice && records_.emplace(record.key, record).second;
}

std::optional<std::int64_t> Reference::PriceAt(PriceUnit unit, const std::string& gpu_type,
                                               std::int64_t time_us) const {
  const Price* latest = nullptr;
  for (const Price& price : prices_) {
    if (price.unit != unit || price.gpu_type != gpu_type) continue;
    if (price.effective_from_us > time_us) continue;
    if (latest == nullptr || latest->effective_from_us < price.effective_from_us) latest = &price;
  }
  if (latest == nullptr) return std::nullopt;
  return latest->nanos;
}

void Reference::AddStored(const UsageQuery& query, const UsageRecord& record,
                          std::map<GroupKey, ReferenceSums>& groups) const {
  // Hour by hour, for each is rounded by itself. A GB-month has 730 hours.
  constexpr std::int64_t kStepUs = 3'600'000'000;
  const std::int64_t to_us = std::min(record.end_us, query.period.end_us);
  for (std::int64_t at_us = std::max(record.start_us, query.period.start_us); at_us < to_us;) {
    const std::int64_t next_us = std::min(to_us, (at_us / kStepUs + 1) * kStepUs);
    const BigInt byte_us = BigInt(next_us - at_us) * record.bytes;
    const auto price = PriceAt(PriceUnit::kGbMonth, "", at_us);
    ReferenceSums& sums = groups[GroupOf(query, record, at_us)];
    sums.byte_us += byte_us;
    sums.cost_atto += DivideRounded(byte_us * price.value_or(0), BigInt(730) * kStepUs);
    at_us = next_us;
  }
}

void Reference::AddRecord(const UsageQuery& query, const UsageRecord& record,
                          std::map<GroupKey, ReferenceSums>& groups) const {
  if (record.kind == UsageKind::kStorage) return AddStored(query, record, groups);
  const PriceUnit unit =
      record.kind == UsageKind::kWorker ? PriceUnit::kWarmGpuSecond : PriceUnit::kGpuSecond;
  // Minute by minute: prices and groups change at whole ones.
  constexpr std::int64_t kStepUs = 60'000'000;
  const std::int64_t from_us = std::max(record.start_us, query.period.start_us);
  const std::int64_t to_us = std::min(record.end_us, query.period.end_us);
  for (std::int64_t at_us = from_us; at_us < to_us;) {
    const std::int64_t next_us = std::min(to_us, (at_us / kStepUs + 1) * kStepUs);
    const BigInt gpu_milli_us = BigInt(next_us - at_us) * record.milli_gpus;
    ReferenceSums& sums = groups[GroupOf(query, record, at_us)];
    const auto price = PriceAt(unit, record.gpu_type, at_us);
    if (record.covered) {
      sums.covered_gpu_milli_us += gpu_milli_us;
    } else if (record.kind == UsageKind::kRefund) {
      sums.credited_gpu_milli_us += gpu_milli_us;
      sums.gpu_milli_us -= gpu_milli_us;
      if (price) sums.cost_atto -= gpu_milli_us * *price;
      if (!price) sums.unpriced_gpu_milli_us -= gpu_milli_us;
    } else if (PlatformFailed(record)) {
      sums.credited_gpu_milli_us += gpu_milli_us;
    } else {
      sums.gpu_milli_us += gpu_milli_us;
      if (price) sums.cost_atto += gpu_milli_us * *price;
      if (!price) sums.unpriced_gpu_milli_us += gpu_milli_us;
    }
    at_us = next_us;
  }
  if (record.end_us < query.period.start_us || record.end_us >= query.period.end_us) return;
  ReferenceSums& sums = groups[GroupOf(query, record, record.end_us)];
  sums.cold_start_us += record.cold_start_us;
  if (PlatformFailed(record) || record.kind != UsageKind::kAttempt) return;
  sums.invocations += 1;
  const auto price = PriceAt(PriceUnit::kInvocation, "", record.end_us);
  sums.cost_atto += BigInt(price.value_or(0)) * 1'000'000'000;
}

std::map<Reference::GroupKey, ReferenceSums> Reference::Sum(const UsageQuery& query) const {
  std::map<GroupKey, ReferenceSums> groups;
  for (const auto& [key, record] : records_) {
    if (record.project_id != query.project_id) continue;
    if (query.endpoint_id && *query.endpoint_id != record.endpoint_id) continue;
    if (query.job_id && *query.job_id != record.key.job_id) continue;
    AddRecord(query, record, groups);
  }
  std::erase_if(groups, [](const auto& group) { return group.second.IsZero(); });
  return groups;
}

std::int64_t Reference::RecordsOf(const std::string& project_id) const {
  return std::count_if(records_.begin(), records_.end(),
                       [&](const auto& record) { return record.second.project_id == project_id; });
}

BigInt Reference::LeasedGpuMilliUs(const std::string& project_id) const {
  BigInt leased;
  for (const auto& [key, record] : records_) {
    if (record.project_id != project_id || record.kind == UsageKind::kRefund) continue;
    leased += BigInt(record.end_us - record.start_us) * record.milli_gpus;
  }
  return leased;
}

BigInt DivideRounded(const BigInt& dividend, const BigInt& divisor) {
  const BigInt below = dividend / divisor;
  const BigInt twice_rest = (dividend - below * divisor) * 2;
  if (twice_rest < divisor || (twice_rest == divisor && below % 2 == 0)) return below;
  return below + 1;
}

BigInt RoundToNanos(const BigInt& atto) {
  const BigInt nano = 1'000'000'000;
  const BigInt twice = abs(atto) * 2;
  BigInt rounded = (twice / nano + 1) / 2;                           // Half away from zero...
  if (twice % (2 * nano) == nano && rounded % 2 != 0) rounded -= 1;  // ... but to even.
  return atto < 0 ? BigInt(-rounded) : rounded;
}

}  // namespace furnace::metering
