#include "services/metering/rpc/convert.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/metering_records.h"

namespace furnace::metering::rpc {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

internal::v1::UsageRecord ProtoRecord() {
  internal::v1::UsageRecord proto;
  proto.set_job_id("j");
  proto.set_epoch(3);
  proto.set_project_id("p");
  proto.set_endpoint_id("e");
  proto.set_worker_id("w");
  proto.set_gpu_type("g");
  proto.set_gpu_count(2);
  proto.set_start_us(10);
  proto.set_end_us(20);
  proto.set_cold_start_us(7);
  return proto;
}

TEST(UsageRecordFromProtoTest, TakesEveryField) {
  internal::v1::UsageRecord proto = ProtoRecord();
  proto.set_cause(v1::FAILURE_CAUSE_TIMEOUT);
  proto.set_api_key_id("k");
  proto.set_tokens(8);
  const UsageRecord expected{.key = {"j", 3},
                             .project_id = "p",
                             .endpoint_id = "e",
                             .worker_id = "w",
                             .gpu_type = "g",
                             .milli_gpus = 2'000,
                             .start_us = 10,
                             .end_us = 20,
                             .cause = Cause::kTimeout,
                             .cold_start_us = 7,
                             .api_key_id = "k",
                             .tokens = 8};
  EXPECT_EQ(*FromProto(proto), expected);
}

TEST(UsageRecordFromProtoTest, ThePartIsInTheKey) {
  internal::v1::UsageRecord proto = ProtoRecord();
  proto.set_kind(internal::v1::USAGE_KIND_PART);
  proto.set_part(2);
  EXPECT_EQ(FromProto(proto)->key, (RecordKey{"j", 2'000'003}));
  EXPECT_EQ(FromProto(proto)->kind, UsageKind::kPart);
  proto.set_kind(internal::v1::USAGE_KIND_REFUND);
  EXPECT_EQ(FromProto(proto)->kind, UsageKind::kRefund);
  proto.set_part(kMaxParts + 1);
  EXPECT_TRUE(absl::IsInvalidArgument(FromProto(proto).status()));
  proto.set_part(-1);
  EXPECT_TRUE(absl::IsInvalidArgument(FromProto(proto).status()));
  proto.set_part(1);
  proto.set_epoch(kPartStep);
  EXPECT_TRUE(absl::IsInvalidArgument(FromProto(proto).status()));
  proto.set_kind(internal::v1::USAGE_KIND_WORKER);
  EXPECT_TRUE(absl::IsInvalidArgument(FromProto(proto).status())) << "a slice has no parts";
  proto.set_part(0);
  EXPECT_EQ(FromProto(proto)->key, (RecordKey{"j", kPartStep}));
}

TEST(UsageRecordFromProtoTest, KnowsEveryCause) {
  const std::pair<v1::FailureCause, Cause> table[] = {
      {v1::FAILURE_CAUSE_UNSPECIFIED, Cause::kNone},
      {v1::FAILURE_CAUSE_HANDLER_ERROR, Cause::kHandlerError},
      {v1::FAILURE_CAUSE_HANDLER_EXITED, Cause::kHandlerExited},
      {v1::FAILURE_CAUSE_TIMEOUT, Cause::kTimeout},
      {v1::FAILURE_CAUSE_WORKER_LOST, Cause::kWorkerLost},
      {v1::FAILURE_CAUSE_PLATFORM, Cause::kPlatform},
      {v1::FAILURE_CAUSE_BUDGET, Cause::kBudget}};
  EXPECT_EQ(std::size(table), static_cast<std::size_t>(v1::FailureCause_ARRAYSIZE));
  for (const auto& [wire, cause] : table) {
    internal::v1::UsageRecord proto = ProtoRecord();
    proto.set_cause(wire);
    EXPECT_EQ(FromProto(proto)->cause, cause) << wire;
  }
}

TEST(UsageRecordFromProtoTest, RefusesACauseNewerThanThisBuild) {
  internal::v1::UsageRecord proto = ProtoRecord();
  proto.set_cause(static_cast<v1::FailureCause>(99));
  EXPECT_EQ(FromProto(proto).status().message(), "cause: 99 is not one");
}

TEST(UsageRecordFromProtoTest, TakesPartsOfAGpuAndTags) {
  internal::v1::UsageRecord proto = ProtoRecord();
  proto.clear_gpu_count();
  proto.set_gpu_milli(250);
  proto.set_kind(internal::v1::USAGE_KIND_WORKER);
  proto.set_warm(true);
  proto.set_vram_mib(5);
  proto.set_region("eu");
  proto.set_tier("spot");
  (*proto.mutable_tags())["b"] = "2";
  (*proto.mutable_tags())["a"] = "1";
  const auto record = FromProto(proto);
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->milli_gpus, 250);
  EXPECT_EQ(record->kind, UsageKind::kWorker);
  EXPECT_TRUE(record->warm);
  EXPECT_EQ(record->vram_mib, 5);
  EXPECT_EQ(record->region, "eu");
  EXPECT_EQ(record->tier, "spot");
  EXPECT_EQ(record->tags, (std::vector<Tag>{{"a", "1"}, {"b", "2"}}));
}

TEST(UsageRecordFromProtoTest, RefusesGpusSaidTwiceAndKindsNewerThanThisBuild) {
  internal::v1::UsageRecord proto = ProtoRecord();
  proto.set_gpu_milli(250);
  EXPECT_EQ(FromProto(proto).status().message(), "gpu_milli: not together with gpu_count");
  proto.clear_gpu_count();
  for (const int milli : {-1, 16'001}) {
    proto.set_gpu_milli(milli);
    EXPECT_EQ(FromProto(proto).status().message(), "gpu_milli: must be 1 to 16000");
  }
  proto = ProtoRecord();
  proto.set_kind(static_cast<internal::v1::UsageKind>(9));
  EXPECT_EQ(FromProto(proto).status().message(), "kind: 9 is not one");
}

TEST(UsageRecordFromProtoTest, CountsOfGpusDoNotOverflow) {
  internal::v1::UsageRecord proto = ProtoRecord();
  proto.set_gpu_count(std::numeric_limits<int>::max());
  EXPECT_EQ(FromProto(proto)->milli_gpus, 2'147'483'647'000);
}

google::protobuf::Timestamp Time(std::int64_t seconds, int nanos) {
  google::protobuf::Timestamp time;
  time.set_seconds(seconds);
  time.set_nanos(nanos);
  return time;
}

TEST(TimestampToMicrosTest, CutsNanosecondsOff) {
  EXPECT_EQ(*ToMicros(true, Time(5, 1'999), "t"), 5'000'001);
  EXPECT_EQ(*ToMicros(true, Time(0, 999'999'999), "t"), 999'999);
  EXPECT_EQ(*ToMicros(false, Time(5, 0), "t"), std::nullopt);
}

TEST(TimestampToMicrosTest, RefusesWhatIsNoTime) {
  for (const auto& time :
       {Time(kMax, 0), Time(std::numeric_limits<std::int64_t>::min(), 0), Time(253'402'300'800, 0),
        Time(-62'135'596'801, 0), Time(1, -1), Time(1, 1'000'000'000)}) {
    const auto status = ToMicros(true, time, "end_time").status();
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_EQ(std::string(status.message()).rfind("end_time: ", 0), 0);
  }
}

TEST(GetUsageFromProtoTest, TakesFiltersAndGroups) {
  v1::GetUsageRequest request;
  request.set_endpoint_id(NewId());
  request.add_group_by(v1::USAGE_GROUP_HOUR);
  request.add_group_by(v1::USAGE_GROUP_GPU_TYPE);
  const auto query = FromProto(request);
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->endpoint_id, request.endpoint_id());
  EXPECT_EQ(query->job_id, std::nullopt);
  EXPECT_TRUE(query->by_hour);
  EXPECT_TRUE(query->by_gpu_type);
  EXPECT_FALSE(query->by_endpoint);
}

TEST(GetUsageFromProtoTest, RefusesBadGroupings) {
  v1::GetUsageRequest twice;
  twice.add_group_by(v1::USAGE_GROUP_HOUR);
  twice.add_group_by(v1::USAGE_GROUP_HOUR);
  EXPECT_EQ(FromProto(twice).status().message(), "group_by: the same group twice");
  v1::GetUsageRequest unspecified;
  unspecified.add_group_by(v1::USAGE_GROUP_UNSPECIFIED);
  EXPECT_EQ(FromProto(unspecified).status().message(), "group_by: 0 is not one");
  v1::GetUsageRequest unknown;
  unknown.add_group_by(static_cast<v1::UsageGroup>(17));
  EXPECT_EQ(FromProto(unknown).status().message(), "group_by: 17 is not one");
}

TEST(GetUsageFromProtoTest, RefusesMalformedIds) {
  v1::GetUsageRequest request;
  request.set_job_id("' OR 1=1");
  EXPECT_EQ(FromProto(request).status().message(), "job_id: not a UUID");
  request.clear_job_id();
  request.set_endpoint_id("x");
  EXPECT_EQ(FromProto(request).status().message(), "endpoint_id: not a UUID");
}

TEST(UsageRowToProtoTest, RoundsOnlyWhatIsShown) {
  const auto row = ToProto(UsageRow{.hour_us = kTenUs + kHourUs,
                                    .endpoint_id = "e",
                                    .gpu_type = "g",
                                    .sums = {.gpu_milli_us = 2'500,
                                             .credited_gpu_milli_us = 3'500,
                                             .unpriced_gpu_milli_us = 1'000,
                                             .invocations = 4,
                                             .cold_start_us = 5,
                                             .cost = {-2'500'000'000}}});
  ASSERT_TRUE(row.ok());
  EXPECT_EQ(row->endpoint_id(), "e");
  EXPECT_EQ(row->gpu_type(), "g");
  EXPECT_EQ(row->hour().seconds(), (kTenUs + kHourUs) / kSecondUs);
  EXPECT_EQ(row->gpu_time_us(), 2);
  EXPECT_EQ(row->credited_gpu_time_us(), 4);
  EXPECT_EQ(row->unpriced_gpu_time_us(), 1);
  EXPECT_EQ(row->invocations(), 4);
  EXPECT_EQ(row->cold_start_us(), 5);
  EXPECT_EQ(row->cost_nanos(), -2);
}

TEST(UsageRowToProtoTest, KeysItIsNotGroupedByAreUnset) {
  const auto row = ToProto(UsageRow{});
  EXPECT_FALSE(row->has_hour());
  EXPECT_EQ(row->ByteSizeLong(), 0);
}

TEST(UsageRowToProtoTest, SumsThatDoNotFitAreAnError) {
  const Int128 huge = static_cast<Int128>(kMax) * 2'000;
  EXPECT_TRUE(absl::IsOutOfRange(ToProto(UsageRow{.sums = {.gpu_milli_us = huge}}).status()));
  EXPECT_TRUE(absl::IsOutOfRange(ToProto(UsageRow{.sums = {.cold_start_us = huge}}).status()));
}

TEST(LedgerEntryToProtoTest, ShowsEveryField) {
  const auto entry = ToProto(LedgerLine{.id = 9,
                                        .recorded_us = kTenUs + 1,
                                        .key = {"j", 2},
                                        .endpoint_id = "e",
                                        .gpu_type = "g",
                                        .entry = {.kind = EntryKind::kCredit,
                                                  .amount = {-1'500'000'000},
                                                  .span = {kTenUs, kTenUs + 25},
                                                  .gpu_milli_us = 25'000,
                                                  .price_nanos = 60'000}});
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(entry->id(), 9);
  EXPECT_EQ(entry->recorded_at().nanos(), 1'000);
  EXPECT_EQ(entry->kind(), v1::LEDGER_ENTRY_KIND_CREDIT);
  EXPECT_EQ(entry->job_id(), "j");
  EXPECT_EQ(entry->epoch(), 2);
  EXPECT_EQ(entry->endpoint_id(), "e");
  EXPECT_EQ(entry->gpu_type(), "g");
  EXPECT_EQ(entry->start_time().seconds(), kTenUs / kSecondUs);
  EXPECT_EQ(entry->end_time().nanos(), 25'000);
  EXPECT_EQ(entry->gpu_time_us(), 25);
  EXPECT_EQ(entry->unit_price_nanos(), 60'000);
  EXPECT_EQ(entry->amount_nanos(), -2);
}

TEST(PriceToProtoTest, ShowsEveryField) {
  const v1::Price price = ToProto(Price{PriceUnit::kGpuSecond, "g", 7, kTenUs});
  EXPECT_EQ(price.unit(), v1::PRICE_UNIT_GPU_SECOND);
  EXPECT_EQ(price.gpu_type(), "g");
  EXPECT_EQ(price.nanos(), 7);
  EXPECT_EQ(price.effective_from().seconds(), kTenUs / kSecondUs);
  EXPECT_EQ(ToProto(Price{.unit = PriceUnit::kInvocation}).unit(), v1::PRICE_UNIT_INVOCATION);
}

}  // namespace
}  // namespace furnace::metering::rpc
