// What every SinkStore must do. Instantiated for the fake and for Postgres, so that a test
// which passes on the one means something for the other.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/metering/app/sink_ports.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {

/// `Backend` offers sinks(), a SinkStore, and Record(bills), which fills its outbox. The
/// outbox need not start empty; each test has sinks of its own.
template <typename Backend>
class SinkStoreContract : public testing::Test {
 protected:
  static constexpr absl::Duration kLease = absl::Hours(1);

  SinkStore& store() { return backend_.sinks(); }

  // Records what a test is about and puts a new sink's cursor before it.
  std::string SinkBefore(const std::vector<UsageRecord>& records) {
    const std::string sink = "sink-" + NewId();
    const std::int64_t end = MoveToEnd(sink);
    backend_.Record(DefaultBills(records));
    first_ = end + 1;
    return sink;
  }

  std::int64_t MoveToEnd(const std::string& sink) {
    SinkState state = *store().Claim(sink, "me", kLease).value();
    for (;;) {
      const std::vector<SinkWork> page = Next(sink, SinkSource::kOutbox, state.cursor, 1'000);
      if (page.empty()) return state.cursor;
      const std::int64_t last = page.back().record.seq;
      EXPECT_TRUE(store().Commit(Progress(sink, state.cursor, last)).ok());
      state.cursor = last;
    }
  }

  SinkProgress Progress(const std::string& sink, std::int64_t from, std::int64_t to) {
    return {.sink = sink, .owner = "me", .cursor_before = from, .cursor = to};
  }

  std::vector<SinkWork> Next(const std::string& sink, SinkSource source, std::int64_t cursor,
                             int limit = 100, bool unmapped_too = false) {
    const auto work = store().Next(sink, source, cursor, limit, unmapped_too);
    EXPECT_TRUE(work.ok()) << work.status();
    return work.ok() ? *work : std::vector<SinkWork>{};
  }

  SinkReport ReportOf(const std::string& sink) {
    const auto reports = store().Report();
    EXPECT_TRUE(reports.ok()) << reports.status();
    for (const SinkReport& report : *reports) {
      if (report.state.name == sink) return report;
    }
    ADD_FAILURE() << "no report on " << sink;
    return {};
  }

  PoisonedEvent PoisonOf(const UsageRecord& record, std::int64_t seq, const std::string& part) {
    return {.key = "furnace:" + LeaseId(record.key) + ":" + part,
            .seq = seq,
            .record = record.key,
            .project_id = record.project_id,
            .event_type = "gpu.usage",
            .error = "answered 400"};
  }

  std::vector<PoisonedEvent> Poisoned(const std::string& sink) {
    const auto events = store().ListPoisoned(sink, "", 100);
    EXPECT_TRUE(events.ok()) << events.status();
    return events.ok() ? *events : std::vector<PoisonedEvent>{};
  }

  Backend backend_;
  std::int64_t first_ = 0;  // seq of the first record of SinkBefore.
};
TYPED_TEST_SUITE_P(SinkStoreContract);

TYPED_TEST_P(SinkStoreContract, TheOutboxHasEveryRecordOnceAndAsItWasRecorded) {
  UsageRecord lost = ARecord();
  lost.cause = Cause::kWorkerLost;
  lost.milli_gpus = 250;
  UsageRecord unpriced = ARecord();
  unpriced.gpu_type = "h200";
  unpriced.end_us = unpriced.start_us + 2 * kHourUs;
  UsageRecord empty = ARecord();
  empty.end_us = empty.start_us;
  UsageRecord worker = ARecord();
  worker.kind = UsageKind::kWorker;
  worker.warm = true;
  UsageRecord stored = ARecord();
  stored.kind = UsageKind::kStorage;
  stored.gpu_type = "";
  stored.milli_gpus = 0;
  stored.bytes = 1'000'000'000'000;
  const std::vector<UsageRecord> records = {ARecord(), lost, unpriced, empty, worker, stored};
  const std::string sink = this->SinkBefore(records);
  const std::vector<SinkWork> page = this->Next(sink, SinkSource::kOutbox, this->first_ - 1);
  ASSERT_EQ(page.size(), records.size());
  for (std::size_t i = 0; i < page.size(); ++i) {
    const Bill bill = DefaultBill(records[i]);
    EXPECT_EQ(page[i].record.seq, this->first_ + static_cast<std::int64_t>(i));
    EXPECT_EQ(page[i].record.record, records[i]);
    EXPECT_EQ(page[i].record.invocation_nanos, bill.invocation_nanos);
    ASSERT_EQ(page[i].record.segments.size(), bill.segments.size());
    for (std::size_t s = 0; s < bill.segments.size(); ++s) {
      EXPECT_EQ(page[i].record.segments[s].span, bill.segments[s].span);
      EXPECT_EQ(page[i].record.segments[s].price_nanos, bill.segments[s].price_nanos);
    }
    EXPECT_EQ(page[i].account_id, std::nullopt);
    EXPECT_TRUE(page[i].only_keys.empty());
  }
}

TYPED_TEST_P(SinkStoreContract, PagesFollowOneAnotherWithoutGaps) {
  const std::string sink = this->SinkBefore({ARecord(), ARecord(), ARecord()});
  this->backend_.Record(DefaultBills({ARecord()}));
  this->backend_.Record(DefaultBills({ARecord(), ARecord()}));
  std::vector<std::int64_t> seqs;
  std::int64_t cursor = this->first_ - 1;
  for (;;) {
    const std::vector<SinkWork> page = this->Next(sink, SinkSource::kOutbox, cursor, 2);
    if (page.empty()) break;
    for (const SinkWork& work : page) seqs.push_back(work.record.seq);
    cursor = page.back().record.seq;
  }
  ASSERT_EQ(seqs.size(), 6);
  for (std::size_t i = 0; i < seqs.size(); ++i) {
    EXPECT_EQ(seqs[i], this->first_ + static_cast<std::int64_t>(i));
  }
}

TYPED_TEST_P(SinkStoreContract, OneOwnerHasASinkUntilItsLeaseIsOver) {
  const std::string sink = this->SinkBefore({});
  EXPECT_TRUE(this->store().Claim(sink, "me", this->kLease).value().has_value());
  EXPECT_FALSE(this->store().Claim(sink, "other", this->kLease).value().has_value());
  EXPECT_TRUE(this->store().Claim(sink, "me", absl::ZeroDuration()).value().has_value());
  EXPECT_TRUE(this->store().Claim(sink, "other", this->kLease).value().has_value());
  EXPECT_FALSE(this->store().Claim(sink, "me", this->kLease).value().has_value());
}

TYPED_TEST_P(SinkStoreContract, WhoLostTheSinkOrItsPlaceCommitsNothing) {
  const std::string sink = this->SinkBefore({ARecord()});
  const std::int64_t from = this->first_ - 1;
  SinkProgress progress = this->Progress(sink, from, this->first_);
  progress.delivered_events = 5;
  progress.owner = "other";
  EXPECT_EQ(this->store().Commit(progress).code(), absl::StatusCode::kAborted);
  progress.owner = "me";
  progress.cursor_before = from - 1;
  EXPECT_EQ(this->store().Commit(progress).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(this->ReportOf(sink).state.cursor, from);
  progress.cursor_before = from;
  EXPECT_TRUE(this->store().Commit(progress).ok());
  EXPECT_EQ(this->store().Commit(progress).code(), absl::StatusCode::kAborted);
  const SinkState state = this->ReportOf(sink).state;
  EXPECT_EQ(state.cursor, this->first_);
  EXPECT_EQ(state.delivered_events, 5);
  EXPECT_TRUE(state.delivered_at.has_value());
}

TYPED_TEST_P(SinkStoreContract, FailuresAreCountedUntilASuccess) {
  const std::string sink = this->SinkBefore({ARecord()});
  const absl::Time later = absl::FromUnixMicros(kTenUs);
  ASSERT_TRUE(this->store().Fail(sink, "me", "answered 503", later).ok());
  ASSERT_TRUE(this->store().Fail(sink, "other", "not mine", later).ok());
  ASSERT_TRUE(this->store().Fail(sink, "me", "answered 502", later).ok());
  const SinkState failed = this->store().Claim(sink, "me", this->kLease).value().value();
  EXPECT_EQ(failed.failures, 2);
  EXPECT_EQ(failed.last_error, "answered 502");
  EXPECT_EQ(failed.retry_at, later);
  ASSERT_TRUE(this->store().Commit(this->Progress(sink, failed.cursor, failed.cursor)).ok());
  const SinkState well = this->store().Claim(sink, "me", this->kLease).value().value();
  EXPECT_EQ(well.failures, 0);
  EXPECT_EQ(well.last_error, "");
  EXPECT_EQ(well.retry_at, std::nullopt);
}

TYPED_TEST_P(SinkStoreContract, HeldRecordsComeBackOnceTheirProjectIsMapped) {
  const UsageRecord a = ARecord();
  const UsageRecord b = ARecord();
  const std::string sink = this->SinkBefore({a, b});
  SinkProgress progress = this->Progress(sink, this->first_ - 1, this->first_ + 1);
  progress.held = {{this->first_, a.key, a.project_id}, {this->first_ + 1, b.key, b.project_id}};
  ASSERT_TRUE(this->store().Commit(progress).ok());
  EXPECT_EQ(this->ReportOf(sink).held_records, 2);
  EXPECT_TRUE(this->Next(sink, SinkSource::kHeld, 0).empty());
  EXPECT_EQ(this->Next(sink, SinkSource::kHeld, 0, 100, true).size(), 2);

  ASSERT_TRUE(this->store().SetProject({sink, b.project_id, "account-b"}).ok());
  const std::vector<SinkWork> page = this->Next(sink, SinkSource::kHeld, 0);
  ASSERT_EQ(page.size(), 1);
  EXPECT_EQ(page[0].record.record, b);
  EXPECT_EQ(page[0].account_id, "account-b");

  progress = this->Progress(sink, this->first_ + 1, this->first_ + 1);
  progress.released = {this->first_ + 1};
  ASSERT_TRUE(this->store().Commit(progress).ok());
  EXPECT_EQ(this->ReportOf(sink).held_records, 1);
  EXPECT_TRUE(this->Next(sink, SinkSource::kHeld, 0).empty());
}

TYPED_TEST_P(SinkStoreContract, PoisonedEventsStayUntilTheyAreCured) {
  const UsageRecord a = ARecord();
  const std::string sink = this->SinkBefore({a});
  SinkProgress progress = this->Progress(sink, this->first_ - 1, this->first_);
  progress.poisoned = {this->PoisonOf(a, this->first_, "0"),
                       this->PoisonOf(a, this->first_, "end")};
  ASSERT_TRUE(this->store().Commit(progress).ok());
  EXPECT_EQ(this->ReportOf(sink).poisoned_events, 2);
  EXPECT_TRUE(this->Next(sink, SinkSource::kRedrive, 0).empty());
  const std::vector<PoisonedEvent> poisoned = this->Poisoned(sink);
  ASSERT_EQ(poisoned.size(), 2);
  EXPECT_EQ(poisoned[0].key, progress.poisoned[0].key);
  EXPECT_EQ(poisoned[0].record, a.key);
  EXPECT_EQ(poisoned[0].project_id, a.project_id);
  EXPECT_EQ(poisoned[0].event_type, "gpu.usage");
  EXPECT_EQ(poisoned[0].error, "answered 400");
  EXPECT_EQ(poisoned[0].attempts, 1);
  EXPECT_FALSE(poisoned[0].redrive);
  const auto second = this->store().ListPoisoned(sink, poisoned[0].key, 1);
  ASSERT_TRUE(second.ok() && second->size() == 1);
  EXPECT_EQ(second->front().key, poisoned[1].key);

  EXPECT_EQ(this->store().Redrive(sink, {poisoned[1].key, "furnace:unknown"}).value(), 1);
  const std::vector<SinkWork> page = this->Next(sink, SinkSource::kRedrive, 0);
  ASSERT_EQ(page.size(), 1);
  EXPECT_EQ(page[0].record.record, a);
  EXPECT_EQ(page[0].only_keys, std::vector<std::string>{poisoned[1].key});

  EXPECT_EQ(this->store().Redrive(sink, {}).value(), 2);
  progress = this->Progress(sink, this->first_, this->first_);
  progress.poisoned = {this->PoisonOf(a, this->first_, "0")};
  progress.cured = {poisoned[1].key};
  ASSERT_TRUE(this->store().Commit(progress).ok());
  const std::vector<PoisonedEvent> left = this->Poisoned(sink);
  ASSERT_EQ(left.size(), 1);
  EXPECT_EQ(left[0].key, poisoned[0].key);
  EXPECT_EQ(left[0].attempts, 2);
  EXPECT_FALSE(left[0].redrive);
}

TYPED_TEST_P(SinkStoreContract, TheReportKnowsTheOldestHourThatWaits) {
  UsageRecord old = ARecord();
  old.start_us = kTenUs - 2 * kHourUs + 1;
  old.end_us = kTenUs - kHourUs;
  UsageRecord recent = ARecord();
  const std::string sink = this->SinkBefore({recent, old});
  SinkReport report = this->ReportOf(sink);
  EXPECT_EQ(report.pending_records, 2);
  EXPECT_EQ(report.oldest_hour_end, absl::FromUnixMicros(kTenUs - kHourUs));

  SinkProgress progress = this->Progress(sink, this->first_ - 1, this->first_ + 1);
  progress.held = {{this->first_, recent.key, recent.project_id}};
  ASSERT_TRUE(this->store().Commit(progress).ok());
  report = this->ReportOf(sink);
  EXPECT_EQ(report.pending_records, 0);
  EXPECT_EQ(report.oldest_hour_end, absl::FromUnixMicros(kTenUs + kHourUs));

  progress = this->Progress(sink, this->first_ + 1, this->first_ + 1);
  progress.released = {this->first_};
  ASSERT_TRUE(this->store().Commit(progress).ok());
  EXPECT_EQ(this->ReportOf(sink).oldest_hour_end, std::nullopt);
}

TYPED_TEST_P(SinkStoreContract, ProjectsAreListedAndNamedAnew) {
  const std::string sink = this->SinkBefore({});
  const std::string a = "11111111-0000-4000-8000-000000000001";
  const std::string b = "22222222-0000-4000-8000-000000000002";
  for (const SinkProject& project :
       std::vector<SinkProject>{{sink, b, "B"}, {sink, a, "wrong"}, {sink, a, "A"}}) {
    ASSERT_TRUE(this->store().SetProject(project).ok());
  }
  auto projects = this->store().ListProjects(sink, "", 10);
  ASSERT_TRUE(projects.ok() && projects->size() == 2);
  EXPECT_EQ((*projects)[0].project_id, a);
  EXPECT_EQ((*projects)[0].account_id, "A");
  projects = this->store().ListProjects(sink, a, 10);
  ASSERT_TRUE(projects.ok() && projects->size() == 1);
  EXPECT_EQ((*projects)[0].account_id, "B");
}

REGISTER_TYPED_TEST_SUITE_P(SinkStoreContract, TheOutboxHasEveryRecordOnceAndAsItWasRecorded,
                            PagesFollowOneAnotherWithoutGaps, OneOwnerHasASinkUntilItsLeaseIsOver,
                            WhoLostTheSinkOrItsPlaceCommitsNothing, FailuresAreCountedUntilASuccess,
                            HeldRecordsComeBackOnceTheirProjectIsMapped,
                            PoisonedEventsStayUntilTheyAreCured,
                            TheReportKnowsTheOldestHourThatWaits, ProjectsAreListedAndNamedAnew);

}  // namespace furnace::metering
