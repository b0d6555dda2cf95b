#include "services/metering/app/sink_pump.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/metering_memory_sinks.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr char kSink[] = "test";

class MovingClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::FromUnixMicros(kTenUs);
};

class SinkPumpTest : public testing::Test {
 protected:
  // The pump is built in its place: it cannot be moved.
  SinkPump Pump(SinkSpec spec, const std::string& owner = "me") {
    spec.name = kSink;
    return SinkPump(std::move(spec), owner, store_, sink_, monitor_, clock_, [] { return 0.5; });
  }

  void Record(const std::vector<UsageRecord>& records) { store_.Append(DefaultBills(records)); }

  SinkReport Report() { return store_.Report()->front(); }

  static std::string KeyOf(const UsageRecord& record, const std::string& part) {
    return "furnace:" + LeaseId(record.key) + ":" + part;
  }

  MemorySinkStore store_;
  MemorySink sink_;
  NoSinkMonitor monitor_;
  MovingClock clock_;
};

TEST_F(SinkPumpTest, DeliversEveryEventOfEveryRecord) {
  std::vector<UsageRecord> records(1'000);
  std::generate(records.begin(), records.end(), ARecord);
  Record(records);
  SinkPump pump = Pump({});
  pump.Run();
  EXPECT_EQ(sink_.events().size(), 5'000);
  EXPECT_EQ(Report().state.cursor, 1'000);
  EXPECT_EQ(Report().state.delivered_events, 5'000);
  EXPECT_EQ(Report().pending_records, 0);
}

TEST_F(SinkPumpTest, ANewProcessSendsAgainWhatMayBeThereAndNothingIsThereTwice) {
  Record({ARecord(), ARecord()});
  // Another one has gone on in between, so that the first cannot commit.
  SinkPump first = Pump({});
  sink_.OnSend([&] {
    sink_.OnSend(nullptr);
    store_.Pass(absl::Hours(1));
    Pump({}, "other").Run();
  });
  EXPECT_EQ(first.Step(SinkSource::kOutbox).status().code(), absl::StatusCode::kAborted);
  EXPECT_GT(sink_.sends(), 1);
  EXPECT_EQ(sink_.events().size(), 10);
  EXPECT_EQ(Report().state.delivered_events, 10);
}

TEST_F(SinkPumpTest, OnlyTheKindsThatTheSinkWants) {
  Record({ARecord()});
  Pump({.kinds = {SinkEventKind::kGpuUsage}}).Run();
  ASSERT_EQ(sink_.events().size(), 1);
  EXPECT_EQ(sink_.events().begin()->second.kind, SinkEventKind::kGpuUsage);
}

TEST_F(SinkPumpTest, AProjectWithoutANameIsHeldAndGoesOnceItHasOne) {
  const UsageRecord known = ARecord();
  const UsageRecord unknown = ARecord();
  ASSERT_TRUE(store_.SetProject({kSink, known.project_id, NewId()}).ok());
  Record({unknown, known});
  SinkPump pump = Pump({.same_project_ids = false});
  pump.Run();
  EXPECT_EQ(sink_.events().size(), 5);
  EXPECT_EQ(Report().held_records, 1);
  EXPECT_EQ(Report().pending_records, 0);

  const std::string account = NewId();
  ASSERT_TRUE(store_.SetProject({kSink, unknown.project_id, account}).ok());
  pump.Run();
  EXPECT_EQ(sink_.events().size(), 10);
  EXPECT_EQ(sink_.events().at(KeyOf(unknown, "0")).account_id, account);
  EXPECT_EQ(Report().held_records, 0);
}

TEST_F(SinkPumpTest, WhatIsHeldGoesWhenNamesAreNoLongerNeeded) {
  const UsageRecord record = ARecord();
  Record({record});
  Pump({.same_project_ids = false}).Run();
  EXPECT_TRUE(sink_.events().empty());
  Pump({.same_project_ids = true}).Run();
  EXPECT_EQ(sink_.events().at(KeyOf(record, "0")).account_id, record.project_id);
  EXPECT_EQ(Report().held_records, 0);
}

TEST_F(SinkPumpTest, PoisonIsSetAsideAndTheRestGoes) {
  const UsageRecord record = ARecord();
  Record({ARecord(), record, ARecord()});
  sink_.Poison(KeyOf(record, "0"), SinkAnswer::kRefused);
  sink_.Poison(KeyOf(record, "end"), SinkAnswer::kFailed);
  SinkPump pump = Pump({});
  pump.Run();
  EXPECT_EQ(sink_.events().size(), 13);
  EXPECT_EQ(Report().state.delivered_events, 13);
  const auto poisoned = store_.ListPoisoned(kSink, "", 10);
  ASSERT_EQ(poisoned->size(), 2);
  for (const PoisonedEvent& event : *poisoned) {
    EXPECT_EQ(event.record, record.key);
    EXPECT_EQ(event.project_id, record.project_id);
    EXPECT_EQ(event.error, "an event is bad");
  }

  // Redriven: one is well now, the other comes back.
  sink_.Cure(KeyOf(record, "0"));
  EXPECT_EQ(*store_.Redrive(kSink, {}), 2);
  pump.Run();
  EXPECT_TRUE(sink_.events().contains(KeyOf(record, "0")));
  const auto left = store_.ListPoisoned(kSink, "", 10);
  ASSERT_EQ(left->size(), 1);
  EXPECT_EQ(left->front().key, KeyOf(record, "end"));
  EXPECT_EQ(left->front().attempts, 2);
  EXPECT_FALSE(left->front().redrive);
}

TEST_F(SinkPumpTest, WhatWeFindBadOurselvesIsNotSent) {
  const UsageRecord record = ARecord();
  ASSERT_TRUE(store_.SetProject({kSink, record.project_id, "no uuid"}).ok());
  Record({record});
  Pump({.check = SinkCheck::kUuidAccounts}).Run();
  EXPECT_EQ(sink_.sends(), 0);
  EXPECT_EQ(Report().poisoned_events, 5);
  EXPECT_EQ(store_.ListPoisoned(kSink, "", 1)->front().error,
            "account_id: must be a UUID that is not zero");
}

TEST_F(SinkPumpTest, AnUnavailableSinkIsLeftAloneForAWhile) {
  Record({ARecord()});
  SinkPump pump = Pump({});
  for (const SinkAnswer answer : {SinkAnswer::kUnavailable, SinkAnswer::kFailed}) {
    sink_.AnswerAll(answer);
    pump.Run();
    const int sends = sink_.sends();
    pump.Run();
    EXPECT_EQ(sink_.sends(), sends);
    clock_.now += absl::Minutes(2);
  }
  EXPECT_EQ(Report().state.failures, 2);
  EXPECT_EQ(Report().state.last_error, "the sink is ill");
  EXPECT_EQ(Report().pending_records, 1);
  EXPECT_EQ(Report().poisoned_events, 0);

  sink_.AnswerAll(SinkAnswer::kAccepted);
  pump.Run();
  EXPECT_EQ(sink_.events().size(), 5);
  EXPECT_EQ(Report().state.failures, 0);
}

TEST_F(SinkPumpTest, OneProcessDeliversUntilItsLeaseIsOver) {
  Record({ARecord()});
  SinkPump mine = Pump({}, "me");
  SinkPump other = Pump({}, "other");
  ASSERT_TRUE(mine.Step(SinkSource::kOutbox).ok());
  Record({ARecord()});
  EXPECT_FALSE(*other.Step(SinkSource::kOutbox));
  EXPECT_EQ(sink_.events().size(), 5);
  store_.Pass(absl::Hours(1));
  ASSERT_TRUE(other.Step(SinkSource::kOutbox).ok());
  EXPECT_EQ(sink_.events().size(), 10);
}

TEST_F(SinkPumpTest, StopsBetweenPages) {
  std::vector<UsageRecord> records(1'000);
  std::generate(records.begin(), records.end(), ARecord);
  Record(records);
  SinkPump pump = Pump({});
  pump.Stop();
  pump.Run();
  EXPECT_EQ(sink_.sends(), 0);
}

}  // namespace
}  // namespace furnace::metering
