// What every ScheduleStore must do. Instantiated for the fake and for PostgreSQL.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/scheduler/app/schedule_store.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {

/// `Backend` offers schedules(). Tests do not share endpoints.
template <typename Backend>
class ScheduleStoreContract : public testing::Test {
 protected:
  ScheduleStore& store() { return backend_.schedules(); }

  // A schedule with every field set that a new one has; due at kDue.
  Schedule New(const std::string& name) const {
    Schedule schedule;
    schedule.id = NewId();
    schedule.endpoint_id = endpoint_;
    schedule.project_id = project_;
    schedule.name = name;
    schedule.cron = "*/5 * * * *";
    schedule.time_zone = "Europe/Berlin";
    schedule.missed_runs = MissedRuns::kRunAll;
    schedule.overlap = Overlap::kSkip;
    schedule.input = R"({"a": "\"\\é"})";
    schedule.priority = -10;
    schedule.ttl = absl::Seconds(5);
    schedule.timeout = absl::Seconds(6);
    schedule.concurrency_key = "key 'of' {one}";
    schedule.window = "22:00-06:00,Europe/Berlin,1111100";
    schedule.webhook = "1 http://a";
    schedule.attribution = "key\nteam=a";
    schedule.created_at = kDue - absl::Hours(1);
    schedule.updated_at = kDue - absl::Hours(1);
    schedule.next_run_at = kDue;
    return schedule;
  }

  Schedule Create(const std::string& name) {
    Schedule schedule = New(name);
    EXPECT_TRUE(store().Create(schedule, 1000).ok());
    return schedule;
  }

  Schedule Get(const std::string& id) { return store().Get(id, project_).value(); }

  std::vector<std::string> Due(absl::Time now, std::vector<int> shards, int limit = 1000) {
    std::vector<std::string> ids;
    const auto due = store().Due(
        {.shards = std::move(shards), .shard_count = kTestShards, .now = now, .limit = limit});
    for (const Schedule& schedule : due.value()) {
      if (schedule.endpoint_id == endpoint_) ids.push_back(schedule.id);
    }
    return ids;
  }

  int shard() const { return ShardOfEndpoint(endpoint_, kTestShards); }

  static inline const absl::Time kDue = absl::FromUnixSeconds(1'700'000'000);
  Backend backend_;
  const std::string endpoint_ = NewId();
  const std::string project_ = NewId();
};
TYPED_TEST_SUITE_P(ScheduleStoreContract);

TYPED_TEST_P(ScheduleStoreContract, AScheduleComesBackAsItWasStored) {
  const Schedule full = this->Create("full");
  EXPECT_EQ(this->Get(full.id), full);
  Schedule bare = this->New("bare");
  bare.ttl.reset();
  bare.timeout.reset();
  bare.concurrency_key.clear();
  bare.window.clear();
  bare.webhook.clear();
  bare.next_run_at.reset();
  bare.paused = true;
  ASSERT_TRUE(this->store().Create(bare, 1000).ok());
  EXPECT_EQ(this->Get(bare.id), bare);
}

TYPED_TEST_P(ScheduleStoreContract, ANameIsTakenOnceInItsEndpoint) {
  this->Create("report");
  EXPECT_TRUE(absl::IsAlreadyExists(this->store().Create(this->New("report"), 1000)));
  Schedule elsewhere = this->New("report");
  elsewhere.endpoint_id = NewId();
  EXPECT_TRUE(this->store().Create(elsewhere, 1000).ok());
  Schedule other = this->Create("other");
  other.name = "report";
  EXPECT_TRUE(absl::IsAlreadyExists(this->store().Update(other, false)));
  EXPECT_EQ(this->Get(other.id).name, "other");
}

TYPED_TEST_P(ScheduleStoreContract, AnEndpointHasOnlySoMany) {
  ASSERT_TRUE(this->store().Create(this->New("a"), 2).ok());
  ASSERT_TRUE(this->store().Create(this->New("b"), 2).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(this->store().Create(this->New("c"), 2)));
}

TYPED_TEST_P(ScheduleStoreContract, AnotherProjectsScheduleIsNotThere) {
  Schedule schedule = this->Create("a");
  const std::string stranger = NewId();
  EXPECT_TRUE(absl::IsNotFound(this->store().Get(schedule.id, stranger).status()));
  EXPECT_TRUE(absl::IsNotFound(this->store().Delete(schedule.id, stranger)));
  EXPECT_TRUE(
      this->store().List({.endpoint_id = this->endpoint_, .project_id = stranger})->empty());
  schedule.project_id = stranger;
  EXPECT_TRUE(absl::IsNotFound(this->store().Update(schedule, true)));
  EXPECT_TRUE(absl::IsNotFound(this->store().Get(NewId(), this->project_).status()));
}

TYPED_TEST_P(ScheduleStoreContract, ListsByIdInPagesWithoutInputs) {
  std::vector<std::string> ids;
  for (const char* name : {"c", "a", "b"}) ids.push_back(this->Create(name).id);
  ScheduleFilter filter{.endpoint_id = this->endpoint_, .project_id = this->project_, .limit = 2};
  std::vector<Schedule> page = this->store().List(filter).value();
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[0].id, ids[0]);
  EXPECT_EQ(page[1].id, ids[1]);
  EXPECT_EQ(page[0].input, "");
  filter.after_id = page[1].id;
  page = this->store().List(filter).value();
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page[0].id, ids[2]);
}

TYPED_TEST_P(ScheduleStoreContract, AnUpdateReplacesWhatAClientChooses) {
  const Schedule before = this->Create("a");
  Schedule draft = before;
  draft.name = "b";
  draft.cron = "@daily";
  draft.time_zone = "UTC";
  draft.missed_runs = MissedRuns::kSkip;
  draft.overlap = Overlap::kAllow;
  draft.input = "2";
  draft.priority = 3;
  draft.ttl.reset();
  draft.timeout = absl::Seconds(60);
  draft.concurrency_key = "";
  draft.window = "";
  draft.webhook = "2 http://b";
  draft.attribution = "another";
  draft.paused = true;
  draft.updated_at = this->kDue;
  draft.next_run_at.reset();
  ASSERT_TRUE(this->store().Update(draft, true).ok());
  Schedule expected = draft;
  expected.revision = 2;
  EXPECT_EQ(this->Get(before.id), expected);
}

TYPED_TEST_P(ScheduleStoreContract, AnUpdateOfAnOldRevisionIsRefused) {
  const Schedule before = this->Create("a");
  ASSERT_TRUE(this->store().Update(before, false).ok());
  EXPECT_TRUE(absl::IsAborted(this->store().Update(before, false)));
}

TYPED_TEST_P(ScheduleStoreContract, AnUpdateKeepsTheRunsUnlessItReschedules) {
  Schedule schedule = this->Create("a");
  ASSERT_TRUE(this->store()
                  .Advance({.id = schedule.id,
                            .revision = 1,
                            .due = this->kDue,
                            .next_run_at = this->kDue + absl::Hours(1),
                            .last_run_at = this->kDue,
                            .last_job_id = "job",
                            .last_error = "error"})
                  .value());
  ASSERT_TRUE(this->store().Update(schedule, /*reschedule=*/false).ok());
  Schedule kept = this->Get(schedule.id);
  EXPECT_EQ(kept.next_run_at, this->kDue + absl::Hours(1));
  EXPECT_EQ(kept.last_run_at, this->kDue);
  EXPECT_EQ(kept.last_job_id, "job");
  EXPECT_EQ(kept.last_error, "error");
  kept.next_run_at = this->kDue + absl::Hours(2);
  ASSERT_TRUE(this->store().Update(kept, /*reschedule=*/true).ok());
  EXPECT_EQ(this->Get(schedule.id).next_run_at, this->kDue + absl::Hours(2));
}

TYPED_TEST_P(ScheduleStoreContract, WhatIsDueIsFoundOfTheShardsAsked) {
  const std::string id = this->Create("a").id;
  Schedule later = this->New("later");
  later.next_run_at = this->kDue - absl::Seconds(1);
  ASSERT_TRUE(this->store().Create(later, 1000).ok());
  Schedule never = this->New("never");
  never.next_run_at.reset();
  ASSERT_TRUE(this->store().Create(never, 1000).ok());
  using Ids = std::vector<std::string>;
  EXPECT_EQ(this->Due(this->kDue, {this->shard()}), Ids({later.id, id}));
  EXPECT_EQ(this->Due(this->kDue - absl::Microseconds(1), {this->shard()}), Ids({later.id}));
  EXPECT_EQ(this->Due(this->kDue, {(this->shard() + 1) % kTestShards}), Ids());
  EXPECT_EQ(this->Due(this->kDue, {}), Ids());
  EXPECT_EQ(this->store()
                .Due({.shards = {this->shard()},
                      .shard_count = kTestShards,
                      .now = this->kDue,
                      .limit = 1})
                ->size(),
            1U);
}

TYPED_TEST_P(ScheduleStoreContract, ItIsAdvancedOnceAndOnlyAsItWasRead) {
  const Schedule before = this->Create("a");
  ScheduleAdvance advance{.id = before.id,
                          .revision = 1,
                          .due = this->kDue,
                          .next_run_at = this->kDue + absl::Minutes(5),
                          .last_run_at = this->kDue,
                          .last_job_id = "job-1",
                          .last_error = ""};
  ScheduleAdvance stale = advance;
  stale.revision = 2;
  EXPECT_FALSE(this->store().Advance(stale).value());
  stale = advance;
  stale.due += absl::Microseconds(1);
  EXPECT_FALSE(this->store().Advance(stale).value());
  EXPECT_TRUE(this->store().Advance(advance).value());
  EXPECT_FALSE(this->store().Advance(advance).value());
  Schedule expected = before;
  expected.next_run_at = advance.next_run_at;
  expected.last_run_at = this->kDue;
  expected.last_job_id = "job-1";
  EXPECT_EQ(this->Get(before.id), expected);
  EXPECT_TRUE(this->store()
                  .Advance({.id = before.id,
                            .revision = 1,
                            .due = *advance.next_run_at,
                            .paused = true,
                            .last_error = "gone"})
                  .value());
  EXPECT_TRUE(this->Get(before.id).paused);
  EXPECT_EQ(this->Get(before.id).next_run_at, std::nullopt);
}

TYPED_TEST_P(ScheduleStoreContract, ADeletedScheduleIsGone) {
  const Schedule schedule = this->Create("a");
  ASSERT_TRUE(this->store().Delete(schedule.id, this->project_).ok());
  EXPECT_TRUE(absl::IsNotFound(this->store().Get(schedule.id, this->project_).status()));
  EXPECT_TRUE(absl::IsNotFound(this->store().Delete(schedule.id, this->project_)));
  EXPECT_FALSE(
      this->store().Advance({.id = schedule.id, .revision = 1, .due = this->kDue}).value());
  this->Create("a");  // Its name is free.
}

REGISTER_TYPED_TEST_SUITE_P(ScheduleStoreContract, AScheduleComesBackAsItWasStored,
                            ANameIsTakenOnceInItsEndpoint, AnEndpointHasOnlySoMany,
                            AnotherProjectsScheduleIsNotThere, ListsByIdInPagesWithoutInputs,
                            AnUpdateReplacesWhatAClientChooses, AnUpdateOfAnOldRevisionIsRefused,
                            AnUpdateKeepsTheRunsUnlessItReschedules,
                            WhatIsDueIsFoundOfTheShardsAsked, ItIsAdvancedOnceAndOnlyAsItWasRead,
                            ADeletedScheduleIsGone);

}  // namespace furnace::scheduler
