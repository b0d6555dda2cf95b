#include "services/metering/app/usage_recorder.h"

#include <gtest/gtest.h>

#include "tests/support/metering_memory_store.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

class UsageRecorderTest : public testing::Test {
 protected:
  absl::StatusOr<int> Record(std::vector<UsageRecord> records) {
    return recorder_.Record(std::move(records));
  }

  MemoryUsageStore usage_;
  MemoryPriceStore prices_;
  LastTally monitor_;
  FixedClock clock_{kTenUs + kHourUs};
  UsageRecorder recorder_{usage_, prices_, monitor_, clock_};
};

TEST_F(UsageRecorderTest, CountsWhatWasNew) {
  const UsageRecord a = ARecord();
  const UsageRecord b = ARecord();
  EXPECT_EQ(*Record({a}), 1);
  EXPECT_EQ(*Record({a, b}), 1);
  EXPECT_EQ(monitor_.last.recorded, 1);
  EXPECT_EQ(monitor_.last.repeated, 1);
  EXPECT_EQ(monitor_.last.conflicting, 0);
}

TEST_F(UsageRecorderTest, EachAttemptOfAJobIsARecordOfItsOwn) {
  UsageRecord second = ARecord();
  const UsageRecord first = second;
  second.key.epoch = 2;
  EXPECT_EQ(*Record({first, second}), 2);
}

TEST_F(UsageRecorderTest, ARecordTwiceInACallCountsOnce) {
  const UsageRecord a = ARecord();
  EXPECT_EQ(*Record({a, a, a}), 1);
  EXPECT_EQ(monitor_.last.repeated, 2);
}

TEST_F(UsageRecorderTest, TheFirstOfTwoThatDifferIsKept) {
  const UsageRecord a = ARecord();
  UsageRecord other = a;
  other.end_us += 1;
  EXPECT_EQ(*Record({a, other}), 1);
  EXPECT_EQ(monitor_.last.conflicting, 1);
  EXPECT_EQ(monitor_.last.repeated, 0);
  EXPECT_EQ(*Record({other}), 0);
  EXPECT_EQ(monitor_.last.conflicting, 1);
  EXPECT_EQ(*Record({a}), 0);
  EXPECT_EQ(monitor_.last.conflicting, 0);
  EXPECT_EQ(monitor_.last.repeated, 1);
}

TEST_F(UsageRecorderTest, OfRecordsOfTheSameTimeOfALeaseTheFirstIsKept) {
  const UsageRecord whole = ARecord();
  UsageRecord part = whole;
  part.kind = UsageKind::kPart;
  part.key.epoch = EpochOf(whole.key.epoch, 1);
  part.end_us = (whole.start_us + whole.end_us) / 2;
  EXPECT_EQ(*Record({part, whole}), 1);
  EXPECT_EQ(monitor_.last.conflicting, 1);
  EXPECT_EQ(*Record({whole}), 0);
  EXPECT_EQ(monitor_.last.conflicting, 1);
  EXPECT_EQ(monitor_.last.repeated, 0);
}

TEST_F(UsageRecorderTest, NamesTheBadRecordByIndexAndStoresNothing) {
  const UsageRecord a = ARecord();
  UsageRecord bad = ARecord();
  bad.key.epoch = 0;
  const auto status = Record({a, bad}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(status.message(), "records[1].epoch: must be at least 1");
  EXPECT_EQ(*Record({a}), 1);
}

TEST_F(UsageRecorderTest, AFailedCallMayBeRepeated) {
  const UsageRecord a = ARecord();
  usage_.FailNext(absl::UnavailableError("lost"));
  EXPECT_TRUE(absl::IsUnavailable(Record({a}).status()));
  EXPECT_EQ(*Record({a}), 1);
}

TEST_F(UsageRecorderTest, CountsRecordsWhoseGpuHasNoPrice) {
  UsageRecord unknown = ARecord();
  unknown.gpu_type = "h100";
  EXPECT_EQ(*Record({ARecord(), unknown}), 2);
  EXPECT_EQ(monitor_.last.unpriced, 1);
  EXPECT_EQ(*Record({unknown}), 0);
  EXPECT_EQ(monitor_.last.unpriced, 0);
}

}  // namespace
}  // namespace furnace::metering
