#include "services/metering/domain/sink_event.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "libs/common/base/uuid.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr char kAccount[] = "aaaaaaaa-0000-4000-8000-00000000000a";

UsageRecord FixedRecord() {
  return {.key = {"11111111-2222-4333-8444-555555555555", 1},
          .project_id = "66666666-7777-4888-8999-aaaaaaaaaaaa",
          .endpoint_id = "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff",
          .worker_id = "w",
          .gpu_type = "rtx4000",
          .milli_gpus = 1'000,
          .start_us = kTenUs,
          .end_us = kTenUs + 10 * kSecondUs};
}

OutboxRecord OutboxOf(const UsageRecord& record) {
  const Bill bill = DefaultBill(record);
  return {.seq = 7,
          .record = record,
          .segments = bill.segments,
          .invocation_nanos = bill.invocation_nanos};
}

std::vector<SinkEvent> EventsOf(const UsageRecord& record, const SinkFacts& facts = {}) {
  return EventsOf(OutboxOf(record), kAccount, facts);
}

std::string Value(const SinkFields& fields, const std::string& name) {
  for (const auto& [known, value] : fields) {
    if (known == name) return value;
  }
  return "absent";
}

std::vector<SinkEvent> UsageIn(const std::vector<SinkEvent>& events) {
  std::vector<SinkEvent> usage;
  for (const SinkEvent& event : events) {
    if (event.kind == SinkEventKind::kGpuUsage) usage.push_back(event);
  }
  return usage;
}

TEST(LeaseIdTest, IsAUuidOfJobAndAttemptThatNeverChanges) {
  EXPECT_EQ(LeaseId({"11111111-2222-4333-8444-555555555555", 1}),
            "a0f365a2-3854-5a7a-980a-3dab23cc2ef0");
  EXPECT_NE(LeaseId({"11111111-2222-4333-8444-555555555555", 2}),
            LeaseId({"11111111-2222-4333-8444-555555555555", 1}));
}

TEST(EventsOfTest, AnAttemptIsFiveEventsInOrder) {
  const std::vector<SinkEvent> events = EventsOf(FixedRecord());
  const std::string lease = LeaseId(FixedRecord().key);
  ASSERT_EQ(events.size(), 5);
  const std::vector<std::pair<std::string, std::string>> expected = {{"serverless.start", "start"},
                                                                     {"gpu.allocated", "allocated"},
                                                                     {"gpu.usage", "0"},
                                                                     {"gpu.released", "released"},
                                                                     {"serverless.end", "end"}};
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(NameOf(events[i].kind), expected[i].first);
    EXPECT_EQ(events[i].key, "furnace:" + lease + ":" + expected[i].second);
    EXPECT_EQ(events[i].seq, 7);
    EXPECT_EQ(events[i].ordinal, static_cast<int>(i));
    EXPECT_EQ(events[i].account_id, kAccount);
    EXPECT_EQ(events[i].lease_id, lease);
    EXPECT_TRUE(Validate(events[i], SinkCheck::kUuidAccounts).ok());
  }
}

std::vector<std::string> PartsOfKeys(const std::vector<SinkEvent>& events) {
  std::vector<std::string> parts;
  for (const SinkEvent& event : events) parts.push_back(event.key.substr(event.key.rfind(':') + 1));
  return parts;
}

TEST(EventsOfTest, PartsOfAnAttemptAreOneLeaseWithOneStartAndOneEnd) {
  UsageRecord first = FixedRecord();
  first.kind = UsageKind::kPart;
  first.key.epoch = EpochOf(1, 1);
  first.cold_start_us = kSecondUs;
  UsageRecord second = first;
  second.key.epoch = EpochOf(1, 2);
  UsageRecord rest = FixedRecord();
  rest.key.epoch = EpochOf(1, 3);
  rest.end_us = kTenUs + kHourUs + kSecondUs;
  using Keys = std::vector<std::string>;
  EXPECT_EQ(PartsOfKeys(EventsOf(first)), (Keys{"start", "allocated", "0"}));
  EXPECT_EQ(PartsOfKeys(EventsOf(second)), (Keys{"1"}));
  EXPECT_EQ(PartsOfKeys(EventsOf(rest)), (Keys{"2", "3", "released", "end"}));
  EXPECT_EQ(Value(EventsOf(first)[0].metrics, "cold_start_seconds"), "1");
  for (const UsageRecord& record : {first, second, rest}) {
    for (const SinkEvent& event : EventsOf(record)) {
      EXPECT_EQ(event.lease_id, LeaseId(FixedRecord().key));
      EXPECT_EQ(Value(event.metadata, "epoch"), "1");
      EXPECT_EQ(Value(event.metadata, "kind"), "absent");
      EXPECT_TRUE(Validate(event, SinkCheck::kUuidAccounts).ok());
    }
  }
}

TEST(EventsOfTest, WhatIsTakenBackIsNegativeInTheHourInWhichItIs) {
  UsageRecord refund = FixedRecord();
  refund.kind = UsageKind::kRefund;
  refund.cause = Cause::kWorkerLost;
  refund.key.epoch = EpochOf(1, 4);
  refund.start_us = kTenUs - 10 * kSecondUs;
  refund.end_us = kTenUs + kHourUs;
  const std::vector<SinkEvent> events = EventsOf(refund);
  EXPECT_EQ(PartsOfKeys(events), (std::vector<std::string>{"refund0", "refund1"}));
  for (const SinkEvent& event : events) {
    EXPECT_EQ(event.kind, SinkEventKind::kGpuUsage);
    EXPECT_EQ(event.time_us, refund.end_us);
    EXPECT_TRUE(Validate(event, SinkCheck::kUuidAccounts).ok());
  }
  EXPECT_EQ(Value(events[0].metrics, "gpu_seconds"), "-10");
  EXPECT_EQ(Value(events[0].metrics, "credited_gpu_seconds"), "10");
  EXPECT_EQ(Value(events[0].metrics, "cost_usd"), "-0.0006");
  EXPECT_EQ(Value(events[0].metadata, "gpu_milli_us"), "-10000000000");
}

TEST(EventsOfTest, ALifetimeIsNoInvocation) {
  for (const UsageKind kind : {UsageKind::kWorker, UsageKind::kInstance}) {
    UsageRecord record = FixedRecord();
    record.kind = kind;
    record.warm = kind == UsageKind::kWorker;
    record.key.epoch = 3;
    record.end_us = kTenUs + kHourUs + 2 * kSecondUs;
    const std::vector<SinkEvent> events = EventsOf(record);
    std::vector<std::string> types;
    for (const SinkEvent& event : events) {
      types.emplace_back(NameOf(event.kind));
      EXPECT_EQ(Value(event.metadata, "instance"), record.key.job_id);
      EXPECT_EQ(Value(event.metadata, "slice"), "3");
      EXPECT_EQ(Value(event.metadata, "job_id"), "absent");
      EXPECT_EQ(Value(event.metadata, "warm"), record.warm ? "true" : "false");
      EXPECT_TRUE(Validate(event, SinkCheck::kUuidAccounts).ok());
    }
    EXPECT_EQ(types, (std::vector<std::string>{"gpu.allocated", "gpu.usage", "gpu.usage",
                                               "gpu.released"}));
    EXPECT_EQ(Value(events[2].metrics, "gpu_seconds"), "2");
    EXPECT_EQ(Value(events[2].metrics, "cost_usd"), record.warm ? "0.000084" : "0.00012");
  }
}

TEST(EventsOfTest, StorageIsTheMeanOfEachHour) {
  UsageRecord record = FixedRecord();
  record.kind = UsageKind::kStorage;
  record.gpu_type = record.worker_id = "";
  record.milli_gpus = 0;
  record.bytes = 3'000'000'000;
  record.start_us = kTenUs + kHourUs / 2;
  record.end_us = kTenUs + 2 * kHourUs;
  const std::vector<SinkEvent> events = EventsOf(record);
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(Value(events[0].metrics, "model_storage_gb"), "1.5");
  EXPECT_EQ(Value(events[1].metrics, "model_storage_gb"), "3");
  EXPECT_EQ(Value(events[1].metadata, "byte_us"), "10800000000000000000");
  // 3 GB for one of 730 hours at 0.02 USD.
  EXPECT_EQ(Value(events[1].metadata, "cost_atto_usd"), "82191780821918");
  for (const SinkEvent& event : events) {
    EXPECT_EQ(NameOf(event.kind), "gpu.usage");
    EXPECT_EQ(Value(event.metadata, "kind"), "storage");
    EXPECT_EQ(Value(event.metadata, "gpu_type"), "absent");
    EXPECT_EQ(Value(event.metrics, "gpu_seconds"), "absent");
    EXPECT_TRUE(Validate(event, SinkCheck::kUuidAccounts).ok());
  }
}

TEST(EventsOfTest, MetricsAreExactAndEachIsInOneKindOfEvent) {
  UsageRecord record = FixedRecord();
  record.milli_gpus = 250;
  record.end_us = record.start_us + 1;
  record.cold_start_us = 1'500'000;
  const std::vector<SinkEvent> events = EventsOf(record);
  EXPECT_EQ(events[0].metrics, (SinkFields{{"cold_start_seconds", "1.5"}}));
  EXPECT_EQ(Value(events[0].metadata, "warm"), "false");
  EXPECT_EQ(events[1].metrics, (SinkFields{{"gpu_count", "0.25"}}));
  EXPECT_EQ(events[2].metrics,
            (SinkFields{{"gpu_seconds", "0.00000025"}, {"cost_usd", "0.000000000015"}}));
  EXPECT_EQ(Value(events[2].metadata, "gpu_milli_us"), "250");
  EXPECT_EQ(Value(events[2].metadata, "price_nano_usd"), "60000");
  EXPECT_EQ(Value(events[2].metadata, "cost_atto_usd"), "15000000");
  EXPECT_EQ(events[3].metrics, (SinkFields{{"gpu_count", "0.25"}}));
  EXPECT_EQ(events[4].metrics,
            (SinkFields{{"serverless_invocations", "1"}, {"cost_usd", "0.0001"}}));
}

TEST(EventsOfTest, WhatWasNotMeasuredIsAbsentAndNotZero) {
  UsageRecord record = FixedRecord();
  record.gpu_type = "unpriced";
  const std::vector<SinkEvent> events = EventsOf(record);
  EXPECT_TRUE(events[0].metrics.empty());
  EXPECT_EQ(Value(events[0].metadata, "warm"), "true");
  EXPECT_EQ(events[2].metrics, (SinkFields{{"gpu_seconds", "10"}}));
  EXPECT_EQ(Value(events[2].metadata, "price_nano_usd"), "absent");
}

TEST(EventsOfTest, WhatThePlatformLostIsCreditedAndNoInvocation) {
  UsageRecord record = FixedRecord();
  record.cause = Cause::kWorkerLost;
  const std::vector<SinkEvent> events = EventsOf(record, {.gpu_memory_gb = {{"rtx4000", 20}}});
  EXPECT_EQ(events[2].metrics, (SinkFields{{"credited_gpu_seconds", "10"}, {"cost_usd", "0"}}));
  EXPECT_TRUE(events[4].metrics.empty());
  EXPECT_EQ(Value(events[4].metadata, "cause"), "worker_lost");
}

TEST(EventsOfTest, SegmentsAreCutAtHoursAndTheirTimesLieInside) {
  UsageRecord record = FixedRecord();
  record.start_us = kTenUs + kHourUs - kSecondUs;
  record.end_us = kTenUs + 3 * kHourUs;
  const std::vector<SinkEvent> usage = UsageIn(EventsOf(record));
  ASSERT_EQ(usage.size(), 3);
  const std::vector<std::string> seconds = {"1", "3600", "3600"};
  for (std::size_t i = 0; i < usage.size(); ++i) {
    EXPECT_EQ(Value(usage[i].metrics, "gpu_seconds"), seconds[i]);
    EXPECT_EQ(HourOf(usage[i].time_us), kTenUs + static_cast<std::int64_t>(i) * kHourUs);
  }
  EXPECT_EQ(Rfc3339(usage[2].time_us), "2026-03-01T12:59:59.999999Z");
}

TEST(EventsOfTest, ASliceOfAWorkersLifetimeIsUsageAndNoInvocation) {
  UsageRecord record = FixedRecord();
  record.kind = UsageKind::kWorker;
  record.warm = true;
  const std::vector<SinkEvent> events = EventsOf(record);
  ASSERT_EQ(events.size(), 3);
  EXPECT_EQ(events[0].kind, SinkEventKind::kGpuAllocated);
  EXPECT_EQ(events[1].metrics, (SinkFields{{"gpu_seconds", "10"}, {"cost_usd", "0.00042"}}));
  EXPECT_EQ(Value(events[1].metadata, "kind"), "worker");
  EXPECT_EQ(events[2].kind, SinkEventKind::kGpuReleased);
}

TEST(EventsOfTest, WhatAWorkersLifetimeCoversIsAnInvocationAndNoUsage) {
  UsageRecord record = FixedRecord();
  record.warm = record.covered = true;
  const std::vector<SinkEvent> events = EventsOf(record);
  EXPECT_TRUE(UsageIn(events).empty());
  EXPECT_EQ(Value(events.back().metrics, "serverless_invocations"), "1");
  EXPECT_EQ(Value(events.back().metadata, "kind"), "absent");
}

TEST(EventsOfTest, ALeaseOfNoLengthHasNoUsage) {
  UsageRecord record = FixedRecord();
  record.end_us = record.start_us;
  const std::vector<SinkEvent> events = EventsOf(record);
  EXPECT_EQ(events.size(), 4);
  EXPECT_TRUE(UsageIn(events).empty());
}

TEST(EventsOfTest, FactsOfTheInstallationAreAdded) {
  const SinkFacts facts = {.gpu_memory_gb = {{"rtx4000", 20}}, .environment = "production"};
  const std::vector<SinkEvent> events = EventsOf(FixedRecord(), facts);
  // 20 GB for 10 s: 0.0555... GB-hours.
  EXPECT_EQ(Value(events[2].metrics, "gpu_vram_gb_hours"), "0.055555556");
  EXPECT_EQ(Value(events[0].metadata, "env"), "production");
}

TEST(EventsOfTest, TheSumOfAllEventsIsTheBill) {
  for (const std::int64_t length : {1L, 999'999L, kHourUs - 1, 5 * kHourUs + 17, kMaxLeaseUs}) {
    UsageRecord record = FixedRecord();
    record.start_us += 123'456;
    record.end_us = record.start_us + length;
    Int128 gpu_milli_us = 0;
    Int128 atto = 0;
    for (const SinkEvent& event : EventsOf(record)) {
      const std::string time = Value(event.metadata, "gpu_milli_us");
      const std::string cost = Value(event.metadata, "cost_atto_usd");
      if (time != "absent") gpu_milli_us += *ParseInt128(time);
      if (cost != "absent") atto += *ParseInt128(cost);
    }
    EXPECT_TRUE(gpu_milli_us == static_cast<Int128>(length) * record.milli_gpus);
    EXPECT_TRUE(atto == GpuCharge(60'000, length * 1'000).value + FromNanos(100'000).value);
  }
}

TEST(ValidateTest, NamesTheBadField) {
  using Spoil = std::function<void(SinkEvent&)>;
  const std::vector<std::pair<std::string, Spoil>> cases = {
      {"key", [](SinkEvent& e) { e.key = "other:x"; }},
      {"key", [](SinkEvent& e) { e.key = "furnace:" + std::string(300, 'x'); }},
      {"account_id", [](SinkEvent& e) { e.account_id = ""; }},
      {"account_id", [](SinkEvent& e) { e.account_id = "not a uuid"; }},
      {"account_id", [](SinkEvent& e) { e.account_id = "00000000-0000-0000-0000-000000000000"; }},
      {"lease_id", [](SinkEvent& e) { e.lease_id = "00000000-0000-0000-0000-000000000000"; }},
      {"endpoint_id", [](SinkEvent& e) { e.endpoint_id = "\n"; }},
      {"time_us", [](SinkEvent& e) { e.time_us = 0; }},
      {"time_us", [](SinkEvent& e) { e.time_us = 5'000'000'000'000'000; }},
      {"metrics.x",
       [](SinkEvent& e) {
         e.metrics = {{"x", "NaN"}};
       }},
      {"metrics.x",
       [](SinkEvent& e) {
         e.metrics = {{"x", "1."}};
       }},
      {"metrics.x",
       [](SinkEvent& e) {
         e.metrics = {{"x", ".5"}};
       }},
      {"metrics.x",
       [](SinkEvent& e) {
         e.metrics = {{"x", "1e9"}};
       }},
      {"metrics.x",
       [](SinkEvent& e) {
         e.metrics = {{"x", "--1"}};
       }},
      {"metadata.x",
       [](SinkEvent& e) {
         e.metadata = {{"x", ""}};
       }},
      {"metadata.x",
       [](SinkEvent& e) {
         e.metadata = {{"x", "\xff"}};
       }},
  };
  for (const auto& [field, spoil] : cases) {
    SinkEvent event = EventsOf(FixedRecord()).front();
    ASSERT_TRUE(Validate(event, SinkCheck::kUuidAccounts).ok());
    spoil(event);
    const absl::Status status = Validate(event, SinkCheck::kUuidAccounts);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(status.message()).find(field + ":"), 0) << status;
    EXPECT_TRUE(Validate(event, SinkCheck::kNone).ok());
  }
}

TEST(ValidateTest, SinksMayKnowProjectsByOtherNames) {
  SinkEvent event = EventsOf(FixedRecord()).front();
  event.account_id = "sub_17";
  EXPECT_TRUE(Validate(event, SinkCheck::kText).ok());
  EXPECT_FALSE(Validate(event, SinkCheck::kUuidAccounts).ok());
}

}  // namespace
}  // namespace furnace::metering
