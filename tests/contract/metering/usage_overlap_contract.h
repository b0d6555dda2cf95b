// What every UsageStore must refuse because it has billed it already.
#pragma once

#include <string>

#include "tests/contract/metering/usage_store_contract.h"

namespace furnace::metering {

template <typename Backend>
class UsageOverlapContract : public UsageStoreContract<Backend> {};
TYPED_TEST_SUITE_P(UsageOverlapContract);

TYPED_TEST_P(UsageOverlapContract, NoTimeOfALeaseOrLifetimeIsBookedTwice) {
  const auto at = [](UsageKind kind, int epoch, std::int64_t start_us, std::int64_t end_us) {
    UsageRecord record = ARecord();
    record.kind = kind;
    record.key.epoch = epoch;
    record.start_us = kTenUs + start_us;
    record.end_us = kTenUs + end_us;
    if (kind == UsageKind::kRefund) record.cause = Cause::kPlatform;
    return record;
  };
  const auto of = [](UsageRecord record, const std::string& job_id) {
    record.key.job_id = job_id;
    return record;
  };
  constexpr auto kWhole = UsageKind::kAttempt;
  constexpr auto kPart = UsageKind::kPart;
  constexpr auto kWorker = UsageKind::kWorker;
  const UsageRecord second_part = at(kPart, EpochOf(1, 2), 10, 20);
  const struct {
    std::string what;
    UsageRecord first;
    UsageRecord second;
    bool refused;
  } cases[] = {
      {"a part of a lease that is booked whole", at(kWhole, 1, 0, 100), second_part, true},
      {"all of a lease that is booked in part", second_part, at(kWhole, 1, 0, 100), true},
      {"a part after the one before", at(kPart, EpochOf(1, 1), 0, 10), second_part, false},
      {"a part that begins before that ends", at(kPart, EpochOf(1, 1), 0, 11), second_part, true},
      {"another attempt, when a clock was put back", at(kWhole, 1, 0, 100), at(kWhole, 2, 50, 150),
       false},
      {"what takes a part back", second_part, at(UsageKind::kRefund, EpochOf(1, 4), 0, 20), false},
      {"what takes it back again", at(UsageKind::kRefund, EpochOf(1, 4), 0, 20),
       at(UsageKind::kRefund, EpochOf(1, 5), 0, 30), true},
      {"slices one after another", at(kWorker, 1, 0, 10), at(kWorker, 2, 10, 20), false},
      {"slices of the same time", at(kWorker, 1, 0, 10), at(kWorker, 2, 9, 20), true},
      {"an attempt of no time", at(kWhole, 1, 5, 5), at(kPart, EpochOf(1, 1), 0, 10), false},
  };
  for (const auto& each : cases) {
    const std::string id = NewId();
    const UsageRecord first = of(each.first, id);
    const UsageRecord second = of(each.second, id);
    EXPECT_EQ(this->Record({first}).recorded.size(), 1U) << each.what;
    for (int times = 0; times < 2; ++times) {
      const StoreOutcome outcome = this->Record({first, second});
      EXPECT_EQ(outcome.conflicting.size(), each.refused ? 1U : 0U) << each.what;
      EXPECT_EQ(outcome.recorded.size(), each.refused || times > 0 ? 0U : 1U) << each.what;
    }
    EXPECT_EQ(Overlap(first, second), each.refused) << each.what;
    EXPECT_EQ(Overlap(second, first), each.refused) << each.what;
    EXPECT_EQ(this->Record({of(each.second, NewId())}).recorded.size(), 1U) << "of another job";
  }
}

REGISTER_TYPED_TEST_SUITE_P(UsageOverlapContract, NoTimeOfALeaseOrLifetimeIsBookedTwice);

}  // namespace furnace::metering
