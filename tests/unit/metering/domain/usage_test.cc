#include "services/metering/domain/usage.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kNowUs = kTenUs + kHourUs;
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

struct ValidateCase {
  const char* name;
  std::function<void(UsageRecord&)> change;
  const char* field;  // nullptr: fine.
};

class ValidateUsageTest : public testing::TestWithParam<ValidateCase> {};

TEST_P(ValidateUsageTest, NamesTheFieldThatIsWrong) {
  UsageRecord record = ARecord();
  GetParam().change(record);
  const absl::Status status = Validate(record, kNowUs);
  if (GetParam().field == nullptr) {
    EXPECT_TRUE(status.ok()) << status;
    return;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(std::string(status.message()).rfind(std::string(GetParam().field) + ": ", 0), 0)
      << status;
}

void Lease(UsageRecord& record, std::int64_t start_us, std::int64_t end_us) {
  record.start_us = start_us;
  record.end_us = end_us;
}

void OfKind(UsageRecord& record, UsageKind kind) {
  record.kind = kind;
  if (kind != UsageKind::kStorage) return;
  record.gpu_type.clear();
  record.milli_gpus = 0;
  record.bytes = 1;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ValidateUsageTest,
    testing::ValuesIn<ValidateCase>({
        {"Unchanged", [](UsageRecord&) {}, nullptr},
        {"NoJob", [](UsageRecord& r) { r.key.job_id = ""; }, "job_id"},
        {"JobInUpperCase", [](UsageRecord& r) { r.key.job_id[0] = 'A'; }, "job_id"},
        {"EpochZero", [](UsageRecord& r) { r.key.epoch = 0; }, "epoch"},
        {"EpochNegative", [](UsageRecord& r) { r.key.epoch = -1; }, "epoch"},
        {"EpochOfNoAttempt", [](UsageRecord& r) { r.key.epoch = kPartStep; }, "epoch"},
        {"LastPart", [](UsageRecord& r) { r.key.epoch = EpochOf(1, kMaxParts); }, nullptr},
        {"TooManyParts", [](UsageRecord& r) { r.key.epoch = EpochOf(1, kMaxParts + 1); }, "part"},
        {"ProjectNoUuid", [](UsageRecord& r) { r.project_id = "me"; }, "project_id"},
        {"EndpointNoUuid", [](UsageRecord& r) { r.endpoint_id = "e"; }, "endpoint_id"},
        {"NoWorker", [](UsageRecord& r) { r.worker_id = ""; }, "worker_id"},
        {"LongWorker", [](UsageRecord& r) { r.worker_id.assign(129, 'w'); }, "worker_id"},
        {"LongestWorker", [](UsageRecord& r) { r.worker_id.assign(128, 'w'); }, nullptr},
        {"NulInWorker", [](UsageRecord& r) { r.worker_id = std::string("a\0b", 3); }, "worker_id"},
        {"NoGpuType", [](UsageRecord& r) { r.gpu_type = ""; }, "gpu_type"},
        {"NewlineInGpuType", [](UsageRecord& r) { r.gpu_type = "a\n"; }, "gpu_type"},
        {"OddGpuType", [](UsageRecord& r) { r.gpu_type = "NVIDIA RTX 4090 (24GB)"; }, nullptr},
        {"NoGpus", [](UsageRecord& r) { r.milli_gpus = 0; }, "gpu_count"},
        {"SixteenGpus", [](UsageRecord& r) { r.milli_gpus = 16'000; }, nullptr},
        {"PartOfAGpu", [](UsageRecord& r) { r.milli_gpus = 250; }, nullptr},
        {"SeventeenGpus", [](UsageRecord& r) { r.milli_gpus = 17'000; }, "gpu_count"},
        {"NegativeGpus", [](UsageRecord& r) { r.milli_gpus = -1'000; }, "gpu_count"},
        {"NoLength", [](UsageRecord& r) { Lease(r, kTenUs, kTenUs); }, nullptr},
        {"Backwards", [](UsageRecord& r) { Lease(r, kTenUs, kTenUs - 1); }, "end_us"},
        {"EarliestStart", [](UsageRecord& r) { Lease(r, kEarliestUs, kEarliestUs); }, nullptr},
        {"Before2020", [](UsageRecord& r) { Lease(r, kEarliestUs - 1, kEarliestUs); }, "start_us"},
        {"StartZero", [](UsageRecord& r) { Lease(r, 0, kTenUs); }, "start_us"},
        {"StartSmallest", [](UsageRecord& r) { Lease(r, kMin, kMax); }, "start_us"},
        {"EndLargest", [](UsageRecord& r) { Lease(r, kTenUs, kMax); }, "end_us"},
        {"EightDays", [](UsageRecord& r) { Lease(r, kNowUs - kMaxLeaseUs, kNowUs); }, nullptr},
        {"OverEightDays", [](UsageRecord& r) { Lease(r, kNowUs - kMaxLeaseUs - 1, kNowUs); },
         "end_us"},
        {"ADayAhead", [](UsageRecord& r) { Lease(r, kNowUs, kNowUs + kDayUs); }, nullptr},
        {"OverADayAhead", [](UsageRecord& r) { Lease(r, kNowUs, kNowUs + kDayUs + 1); }, "end_us"},
        {"ColdStart", [](UsageRecord& r) { r.cold_start_us = kMinuteUs; }, nullptr},
        {"NegativeColdStart", [](UsageRecord& r) { r.cold_start_us = -1; }, "cold_start_us"},
        {"EndlessColdStart", [](UsageRecord& r) { r.cold_start_us = kMax; }, "cold_start_us"},
    }),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Kinds, ValidateUsageTest,
    testing::ValuesIn<ValidateCase>({
        {"Tagged",
         [](UsageRecord& r) {
           r.tags = {{"a", ""}, {"b", "x y"}};
         },
         nullptr},
        {"TagsOutOfOrder",
         [](UsageRecord& r) {
           r.tags = {{"b", ""}, {"a", ""}};
         },
         "tags"},
        {"TagTwice",
         [](UsageRecord& r) {
           r.tags = {{"a", "1"}, {"a", "2"}};
         },
         "tags"},
        {"TagWithoutName",
         [](UsageRecord& r) {
           r.tags = {{"", "1"}};
         },
         "tags"},
        {"EqualsInTagName",
         [](UsageRecord& r) {
           r.tags = {{"a=b", "1"}};
         },
         "tags"},
        {"NewlineInTag",
         [](UsageRecord& r) {
           r.tags = {{"a", "1\n"}};
         },
         "tags"},
        {"LongTag",
         [](UsageRecord& r) {
           r.tags = {{"a", std::string(65, 'x')}};
         },
         "tags"},
        {"ManyTags", [](UsageRecord& r) { r.tags.resize(17); }, "tags"},
        {"LongRegion", [](UsageRecord& r) { r.region.assign(65, 'r'); }, "region"},
        {"NewlineInTier", [](UsageRecord& r) { r.tier = "a\nb"; }, "tier"},
        {"Vram", [](UsageRecord& r) { r.vram_mib = kMaxVramMib; }, nullptr},
        {"NegativeVram", [](UsageRecord& r) { r.vram_mib = -1; }, "vram_mib"},
        {"TooMuchVram", [](UsageRecord& r) { r.vram_mib = kMaxVramMib + 1; }, "vram_mib"},
        {"BytesOfAnAttempt", [](UsageRecord& r) { r.bytes = 1; }, "bytes"},
        {"CoveredAttempt", [](UsageRecord& r) { r.covered = true; }, nullptr},
        {"CoveredWorker", [](UsageRecord& r) { OfKind(r, UsageKind::kWorker), r.covered = true; },
         "covered"},
        {"Instance", [](UsageRecord& r) { OfKind(r, UsageKind::kInstance), r.worker_id = ""; },
         nullptr},
        {"WorkerWithoutName",
         [](UsageRecord& r) { OfKind(r, UsageKind::kWorker), r.worker_id = ""; }, "worker_id"},
        {"Storage", [](UsageRecord& r) { OfKind(r, UsageKind::kStorage); }, nullptr},
        {"StorageOfNothing", [](UsageRecord& r) { OfKind(r, UsageKind::kStorage), r.bytes = 0; },
         "bytes"},
        {"TooMuchStorage",
         [](UsageRecord& r) { OfKind(r, UsageKind::kStorage), r.bytes = kMaxStoredBytes + 1; },
         "bytes"},
        {"StorageWithGpus",
         [](UsageRecord& r) { OfKind(r, UsageKind::kStorage), r.milli_gpus = 1; }, "gpu_count"},
        {"StorageWithAGpuType",
         [](UsageRecord& r) { OfKind(r, UsageKind::kStorage), r.gpu_type = "g"; }, "gpu_type"},
        {"StorageThatFailed",
         [](UsageRecord& r) { OfKind(r, UsageKind::kStorage), r.cause = Cause::kPlatform; },
         "cause"},
    }),
    [](const auto& test) { return test.param.name; });

struct CutCase {
  const char* name;
  Span span;
  std::vector<Span> pieces;
};

class CutAtHoursTest : public testing::TestWithParam<CutCase> {};

TEST_P(CutAtHoursTest, CutsAtUtcHours) {
  EXPECT_EQ(CutAtHours(GetParam().span), GetParam().pieces);
}

constexpr std::int64_t kElevenUs = kTenUs + kHourUs;
constexpr std::int64_t kNoonUs = kElevenUs + kHourUs;

INSTANTIATE_TEST_SUITE_P(
    Table, CutAtHoursTest,
    testing::ValuesIn<CutCase>({
        {"EmptyHasNoPieces", {kTenUs, kTenUs}, {}},
        {"InsideAnHour", {kTenUs + 1, kTenUs + 2}, {{kTenUs + 1, kTenUs + 2}}},
        {"AWholeHour", {kTenUs, kElevenUs}, {{kTenUs, kElevenUs}}},
        {"EndsOnTheHour", {kElevenUs - 1, kElevenUs}, {{kElevenUs - 1, kElevenUs}}},
        {"StartsOnTheHour", {kElevenUs, kElevenUs + 1}, {{kElevenUs, kElevenUs + 1}}},
        {"AcrossOneHour",
         {kElevenUs - 1, kElevenUs + 1},
         {{kElevenUs - 1, kElevenUs}, {kElevenUs, kElevenUs + 1}}},
        {"AcrossTwoHours",
         {kElevenUs - 5, kNoonUs + 7},
         {{kElevenUs - 5, kElevenUs}, {kElevenUs, kNoonUs}, {kNoonUs, kNoonUs + 7}}},
    }),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Attribution, ValidateUsageTest,
    testing::ValuesIn<ValidateCase>({
        {"ApiKey", [](UsageRecord& r) { r.api_key_id = r.project_id; }, nullptr},
        {"ApiKeyNoUuid", [](UsageRecord& r) { r.api_key_id = "secret"; }, "api_key_id"},
        {"ApiKeyOfAPart",
         [](UsageRecord& r) {
           OfKind(r, UsageKind::kPart), r.key.epoch = EpochOf(1, 1), r.api_key_id = r.project_id;
         },
         nullptr},
        {"ApiKeyOfAWorker",
         [](UsageRecord& r) { OfKind(r, UsageKind::kWorker), r.api_key_id = r.project_id; },
         "api_key_id"},
        {"ApiKeyOfStorage",
         [](UsageRecord& r) { OfKind(r, UsageKind::kStorage), r.api_key_id = r.project_id; },
         "api_key_id"},
        {"MostTokens", [](UsageRecord& r) { r.tokens = kMaxTokens; }, nullptr},
        {"TooManyTokens", [](UsageRecord& r) { r.tokens = kMaxTokens + 1; }, "tokens"},
        {"NegativeTokens", [](UsageRecord& r) { r.tokens = -1; }, "tokens"},
        {"TokensOfAPart",
         [](UsageRecord& r) {
           OfKind(r, UsageKind::kPart), r.key.epoch = EpochOf(1, 1), r.tokens = 1;
         },
         "tokens"},
        {"TokensOfAnInstance",
         [](UsageRecord& r) { OfKind(r, UsageKind::kInstance), r.tokens = 1; }, "tokens"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(CutAtHoursTest, TheLongestLeaseHasAPieceForEachHourItTouches) {
  const std::vector<Span> pieces = CutAtHours({kTenUs + 1, kTenUs + 1 + kMaxLeaseUs});
  ASSERT_EQ(pieces.size(), 8 * 24 + 1);
  std::int64_t total_us = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    total_us += pieces[i].end_us - pieces[i].start_us;
    if (i > 0) {
      EXPECT_EQ(pieces[i].start_us, pieces[i - 1].end_us);
    }
    EXPECT_EQ(HourOf(pieces[i].start_us), HourOf(pieces[i].end_us - 1));
  }
  EXPECT_EQ(total_us, kMaxLeaseUs);
}

UsageRecord OfPart(UsageKind kind, int part, Cause cause) {
  UsageRecord record = ARecord();
  record.key.epoch = EpochOf(2, part);
  record.kind = kind;
  record.cause = cause;
  return record;
}

INSTANTIATE_TEST_SUITE_P(
    Parts, ValidateUsageTest,
    testing::ValuesIn<ValidateCase>({
        {"Part", [](UsageRecord& r) { r = OfPart(UsageKind::kPart, 1, Cause::kNone); }, nullptr},
        {"PartWithoutNumber", [](UsageRecord& r) { r = OfPart(UsageKind::kPart, 0, Cause::kNone); },
         "part"},
        {"PartThatEnds", [](UsageRecord& r) { r = OfPart(UsageKind::kPart, 1, Cause::kPlatform); },
         "cause"},
        {"CoveredPart",
         [](UsageRecord& r) {
           r = OfPart(UsageKind::kPart, 1, Cause::kNone);
           r.covered = true;
         },
         "covered"},
        {"Refund", [](UsageRecord& r) { r = OfPart(UsageKind::kRefund, 3, Cause::kWorkerLost); },
         nullptr},
        {"RefundOfASuccess",
         [](UsageRecord& r) { r = OfPart(UsageKind::kRefund, 3, Cause::kNone); }, "cause"},
        {"RefundOfAColdStart",
         [](UsageRecord& r) {
           r = OfPart(UsageKind::kRefund, 3, Cause::kPlatform);
           r.cold_start_us = 1;
         },
         "cold_start_us"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(EpochOfTest, NamesTheAttemptAndItsPart) {
  EXPECT_EQ(EpochOf(3, 0), 3) << "as ever";
  EXPECT_EQ(EpochOf(3, 2), 2'000'003);
  EXPECT_EQ(AttemptOf(EpochOf(999'999, kMaxParts)), 999'999);
  EXPECT_EQ(PartOf(EpochOf(999'999, kMaxParts)), kMaxParts);
}

TEST(UsageCauseTest, OnlyFaultsOfThePlatformAreCredited) {
  EXPECT_TRUE(IsCredited(Cause::kWorkerLost));
  EXPECT_TRUE(IsCredited(Cause::kPlatform));
  for (const Cause cause :
       {Cause::kNone, Cause::kHandlerError, Cause::kHandlerExited, Cause::kTimeout}) {
    EXPECT_FALSE(IsCredited(cause));
  }
}

}  // namespace
}  // namespace furnace::metering
