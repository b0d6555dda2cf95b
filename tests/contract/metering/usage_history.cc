#include "tests/contract/metering/usage_history.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr int kHours = 6;
constexpr int kJobs = 40;

}  // namespace

UsageHistory::UsageHistory(std::uint64_t seed) : random_(seed) {
  for (int i = 0; i < 2; ++i) projects_.push_back(MakeId());
  for (int i = 0; i < 3; ++i) endpoints_.push_back(MakeId());
  for (int i = 0; i < kJobs; ++i) jobs_.push_back(MakeId());
  for (int i = 0; i < 2; ++i) api_keys_.push_back(MakeId());
}

std::vector<Price> UsageHistory::ExtraPrices() {
  return {{PriceUnit::kGpuSecond, "history-gpu", 7, kTenUs + kHourUs},
          {PriceUnit::kGpuSecond, "history-gpu", 1'000'003, kTenUs + 3 * kHourUs}};
}

std::int64_t UsageHistory::Pick(std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
}

const std::string& UsageHistory::PickOf(const std::vector<std::string>& items) {
  return items[static_cast<std::size_t>(Pick(0, static_cast<std::int64_t>(items.size()) - 1))];
}

std::string UsageHistory::MakeId() {
  const std::uint64_t high = random_();
  const std::uint64_t low = random_();
  return fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", high >> 32, (high >> 16) & 0xffff,
                     high & 0xfff, low >> 52, low & 0xffff'ffff'ffff);
}

std::int64_t UsageHistory::MakeTime() {
  const std::int64_t hour_us = kTenUs + Pick(0, kHours) * kHourUs;
  switch (Pick(0, 3)) {
    case 0: return hour_us;
    case 1: return hour_us + Pick(-2, 2);
    default: return hour_us + Pick(0, kHourUs - 1);
  }
}

std::int64_t UsageHistory::MakeLength() {
  switch (Pick(0, 5)) {
    case 0: return Pick(0, 2);
    case 1: return Pick(1, 3) * kHourUs;
    case 2: return Pick(0, 3 * kHourUs);
    default: return Pick(0, kMinuteUs);
  }
}

UsageRecord UsageHistory::MakeRecord(const std::string& job_id, int epoch) {
  const std::int64_t start_us = MakeTime();
  UsageRecord record{.key = {job_id, epoch},
                     .project_id = PickOf(projects_),
                     .endpoint_id = PickOf(endpoints_),
                     .worker_id = "w",
                     .gpu_type = PickOf({"rtx4000", "rtx4090", "history-gpu", "history-unpriced"}),
                     .milli_gpus = Pick(0, 2) == 0 ? Pick(1, 16'000) : Pick(1, 16) * 1'000,
                     .start_us = start_us,
                     .end_us = start_us + MakeLength(),
                     .cause = static_cast<Cause>(Pick(0, 5)),
                     .cold_start_us = Pick(0, 3) == 0 ? Pick(0, kMinuteUs) : 0};
  SetKind(record);
  return record;
}

void UsageHistory::SetKind(UsageRecord& record) {
  record.region = PickOf({"", "eu", "us"});
  if (Pick(0, 3) == 0) record.tags = {{"team", PickOf({"a", "b"})}, {"user", ""}};
  switch (Pick(0, 9)) {
    case 0: record.kind = UsageKind::kWorker; break;
    case 1: record.kind = UsageKind::kInstance; break;
    case 2:
      record.kind = UsageKind::kStorage;
      record.gpu_type.clear();
      record.milli_gpus = record.cold_start_us = 0;
      record.cause = Cause::kNone;
      record.bytes = Pick(1, 1'000'000'000'000);
      break;
    case 3: record.covered = record.warm = true; break;
    case 4:
      record.kind = UsageKind::kPart;
      record.key.epoch = EpochOf(record.key.epoch, 1);
      record.cause = Cause::kNone;
      break;
    case 5:
      record.kind = UsageKind::kRefund;
      record.key.epoch = EpochOf(record.key.epoch, 3);
      record.cause = Cause::kPlatform;
      record.cold_start_us = 0;
      break;
    default: break;
  }
  if (IsOfAttempt(record.kind)) record.api_key_id = PickOf(api_keys_);
  if (record.kind == UsageKind::kAttempt && Pick(0, 1) == 0) record.tokens = Pick(1, kMaxTokens);
}

UsageRecord UsageHistory::Change(UsageRecord record) {
  switch (Pick(0, IsOfAttempt(record.kind) ? 3 : 2)) {
    case 0: record.end_us += 1; break;
    case 3: record.api_key_id = MakeId(); break;
    case 1: record.project_id = PickOf(projects_); break;
    default: record.region += "x"; break;
  }
  return record;
}

std::vector<std::vector<UsageRecord>> UsageHistory::MakeCalls() {
  std::vector<UsageRecord> deliveries;
  for (const std::string& job_id : jobs_) {
    for (int epoch = 1; epoch <= Pick(1, 3); ++epoch) {
      const UsageRecord record = MakeRecord(job_id, epoch);
      for (std::int64_t copies = Pick(1, 3); copies > 0; --copies) deliveries.push_back(record);
      if (Pick(0, 9) == 0) deliveries.push_back(Change(record));
      if (Pick(0, 4) == 0) deliveries.push_back(MakeRecord(job_id, epoch));  // Of the same attempt.
    }
  }
  std::shuffle(deliveries.begin(), deliveries.end(), random_);

  std::vector<std::vector<UsageRecord>> calls(1);
  for (const UsageRecord& record : deliveries) {
    calls.back().push_back(record);
    if (Pick(0, 7) != 0) continue;
    if (Pick(0, 4) == 0) {
      // Refused as a whole for one record, and made again without it.
      calls.push_back(calls.back());
      calls[calls.size() - 2].push_back(MakeRecord(jobs_[0], 0));
    }
    calls.emplace_back();
  }
  if (calls.back().empty()) calls.pop_back();
  return calls;
}

UsageQuery UsageHistory::MakeQuery() {
  UsageQuery query{.project_id = PickOf(projects_)};
  query.period.start_us = MakeTime();
  query.period.end_us = std::max(MakeTime(), query.period.start_us);
  if (Pick(0, 5) == 0) query.period = {kTenUs - kDayUs, kTenUs + kDayUs};
  if (Pick(0, 4) == 0) query.endpoint_id = PickOf(endpoints_);
  if (Pick(0, 4) == 0) query.job_id = PickOf(jobs_);
  query.by_endpoint = Pick(0, 1) == 0;
  query.by_gpu_type = Pick(0, 1) == 0;
  query.by_hour = Pick(0, 1) == 0;
  return query;
}

}  // namespace furnace::metering
