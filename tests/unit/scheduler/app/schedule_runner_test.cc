#include "services/scheduler/app/schedule_runner.h"

#include <future>
#include <thread>

#include "tests/support/scheduler/schedule_fixture.h"

namespace furnace::scheduler {
namespace {

class ScheduleRunnerTest : public ScheduleFixture {
 protected:
  // A schedule's first run is due then.
  const absl::Time first_ = clock_.Now() + absl::Seconds(30);
};

TEST_F(ScheduleRunnerTest, ADueScheduleSubmitsItsJobOnce) {
  Schedule draft = Draft();
  draft.priority = 3;
  draft.timeout = absl::Seconds(7);
  draft.ttl = absl::Hours(1);
  draft.concurrency_key = "k";
  draft.webhook = "2 http://a";
  draft.attribution = NewId() + "\nteam=a";
  const Schedule schedule = Create(draft);
  ASSERT_TRUE(runner_.Run().ok());
  EXPECT_EQ(queued(), 0);
  ASSERT_TRUE(RunAfter(absl::Seconds(30)).ok());
  ASSERT_TRUE(runner_.Run().ok());
  EXPECT_EQ(queued(), 1);
  const Job job = JobOf(schedule, first_).value();
  EXPECT_EQ(job.input, "[1]");
  EXPECT_EQ(job.priority, 3);
  EXPECT_EQ(job.timeout, absl::Seconds(7));
  EXPECT_EQ(job.expires_at, clock_.Now() + absl::Hours(1));
  EXPECT_EQ(job.concurrency_key, "k");
  EXPECT_EQ(job.webhook, "2 http://a");
  EXPECT_EQ(job.attribution, draft.attribution);
  const Schedule after = Get(schedule);
  EXPECT_EQ(after.next_run_at, first_ + absl::Minutes(10));
  EXPECT_EQ(after.last_run_at, first_);
  EXPECT_EQ(after.last_job_id, job.id);
  EXPECT_EQ(after.last_error, "");
}

TEST_F(ScheduleRunnerTest, WhoDoesNotLeadTheShardRunsNothing) {
  Create(Draft());
  clock_.Advance(ShardLeader::kTerm);
  ShardLeader other(log_, "b", kTestShards);
  other.Renew();
  leader_.Renew();
  ASSERT_TRUE(RunAfter(absl::Seconds(30)).ok());
  EXPECT_EQ(queued(), 0);
}

TEST_F(ScheduleRunnerTest, ACrashBetweenSubmitAndAdvanceMakesNoSecondJob) {
  const Schedule schedule = Create(Draft());
  store_.FailAdvance(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(RunAfter(absl::Seconds(30))));
  EXPECT_EQ(queued(), 1);
  EXPECT_EQ(Get(schedule).next_run_at, first_);
  store_.FailAdvance(absl::OkStatus());
  ASSERT_TRUE(runner_.Run().ok());
  EXPECT_EQ(queued(), 1);
  EXPECT_EQ(Get(schedule).next_run_at, first_ + absl::Minutes(10));
}

TEST_F(ScheduleRunnerTest, EvenLongAfterTheKeyIsForgotten) {
  const Schedule schedule = Create(Draft());
  store_.FailAdvance(absl::UnavailableError("down"));
  EXPECT_FALSE(RunAfter(absl::Seconds(30)).ok());
  const std::string job = JobOf(schedule, first_).value().id;
  // It runs, and leaves the queue for history.
  Settle(Claim().at(0).lease, Success());
  ASSERT_TRUE(history_.Save({{.job = *queue_.Live(job), .chunks = {}}}).ok());
  ASSERT_TRUE(log_.Forget(ShardOfJob(job), {}, {{job, queue_.Live(job)->version}}).ok());
  store_.FailAdvance(absl::OkStatus());
  clock_.Advance(endpoint_.queue.idempotency_ttl + absl::Hours(1));
  leader_.Renew();
  ASSERT_TRUE(runner_.Run().ok());
  EXPECT_EQ(JobOf(schedule, first_), std::nullopt);
}

TEST_F(ScheduleRunnerTest, TheQueueBeingAwayLosesNoRun) {
  const Schedule schedule = Create(Draft());
  queue_.FailNext(QueueCall::kSubmit, absl::UnavailableError("away"));
  EXPECT_TRUE(absl::IsUnavailable(RunAfter(absl::Seconds(30))));
  EXPECT_EQ(Get(schedule).next_run_at, first_);
  ASSERT_TRUE(runner_.Run().ok());
  EXPECT_EQ(queued(), 1);
}

TEST_F(ScheduleRunnerTest, ARefusedRunIsToldAndStopsNoOther) {
  const Schedule full = Create(Draft("full"));
  const Schedule other = Create(Draft("other"));
  queue_.FailNext(QueueCall::kSubmit, absl::ResourceExhaustedError("too many jobs wait"));
  ASSERT_TRUE(RunAfter(absl::Seconds(30)).ok());
  EXPECT_EQ(queued(), 1);
  EXPECT_EQ(Get(full).last_error, "too many jobs wait");
  EXPECT_EQ(Get(full).last_job_id, "");
  EXPECT_EQ(Get(full).next_run_at, first_ + absl::Minutes(10));
  EXPECT_EQ(Get(other).last_error, "");
  ASSERT_TRUE(RunAfter(absl::Minutes(10)).ok());
  EXPECT_EQ(Get(full).last_error, "");
}

TEST_F(ScheduleRunnerTest, AScheduleOfADeletedEndpointIsPaused) {
  const Schedule schedule = Create(Draft());
  Endpoint gone = endpoint_;
  gone.deleted = true;
  ++gone.revision;
  source_.Put(gone);
  ASSERT_TRUE(catalog_.Refresh().ok());
  ASSERT_TRUE(RunAfter(absl::Seconds(30)).ok());
  EXPECT_TRUE(Get(schedule).paused);
  EXPECT_EQ(Get(schedule).last_error, "no endpoint " + endpoint_.id);
}

TEST_F(ScheduleRunnerTest, AScheduleThatIsNotUnderstoodAnyMoreIsPaused) {
  Schedule schedule = Draft();
  schedule.id = NewId();
  schedule.time_zone = "Atlantis/Poseidonis";
  schedule.next_run_at = clock_.Now();
  ASSERT_TRUE(store_.Create(schedule, 1).ok());
  ASSERT_TRUE(runner_.Run().ok());
  EXPECT_TRUE(Get(schedule).paused);
  EXPECT_EQ(Get(schedule).last_error, "time_zone: 'Atlantis/Poseidonis' is no IANA time zone");
}

TEST_F(ScheduleRunnerTest, OfMissedRunsThePolicyDecidesWhatIsMadeUpFor) {
  const auto create = [this](const char* name, MissedRuns policy) {
    Schedule draft = Draft(name);
    draft.missed_runs = policy;
    return Create(draft);
  };
  const Schedule once = create("once", MissedRuns::kRunOnce);
  const Schedule skip = create("skip", MissedRuns::kSkip);
  const Schedule all = create("all", MissedRuns::kRunAll);
  clock_.Advance(absl::Minutes(25));
  leader_.Renew();
  ASSERT_TRUE(runner_.Run().ok());
  EXPECT_EQ(queued(), 1 + 0 + 3);
  EXPECT_TRUE(JobOf(once, first_ + absl::Minutes(20)));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(JobOf(all, first_ + absl::Minutes(10 * i))) << i;
  EXPECT_EQ(Get(skip).last_error, "runs were missed and, by missed_runs, left out");
  EXPECT_EQ(Get(skip).last_run_at, std::nullopt);
  for (const Schedule& schedule : {once, skip, all}) {
    EXPECT_EQ(Get(schedule).next_run_at, first_ + absl::Minutes(30));
  }
}

TEST_F(ScheduleRunnerTest, WithoutOverlapARunWaitsForNoneAndIsLeftOut) {
  Schedule draft = Draft();
  draft.overlap = Overlap::kSkip;
  const Schedule schedule = Create(draft);
  ASSERT_TRUE(RunAfter(absl::Seconds(30)).ok());
  const std::string first = Get(schedule).last_job_id;
  ASSERT_TRUE(RunAfter(absl::Minutes(10)).ok());
  EXPECT_EQ(queued(), 1);
  EXPECT_EQ(Get(schedule).last_job_id, first);
  EXPECT_EQ(Get(schedule).last_error, "left out: job " + first + " of the run before is IN_QUEUE");
  Settle(Claim().at(0).lease, Success());
  ASSERT_TRUE(RunAfter(absl::Minutes(10)).ok());
  EXPECT_EQ(queued(), 1);
  EXPECT_NE(Get(schedule).last_job_id, first);
  EXPECT_EQ(Get(schedule).last_error, "");
}

TEST_F(ScheduleRunnerTest, AClockThatIsPutBackRunsNothingAgain) {
  const Schedule schedule = Create(Draft());
  ASSERT_TRUE(RunAfter(absl::Seconds(30)).ok());
  ASSERT_TRUE(RunAfter(-absl::Minutes(10)).ok());
  ASSERT_TRUE(RunAfter(absl::Minutes(10)).ok());
  EXPECT_EQ(queued(), 1);
  EXPECT_EQ(Get(schedule).next_run_at, first_ + absl::Minutes(10));
}

TEST_F(ScheduleRunnerTest, AnUpdateDuringARunIsKept) {
  const Schedule schedule = Create(Draft());
  clock_.Advance(absl::Seconds(30));
  // The runner has read the schedule and submits its job.
  queue_.Hold(QueueCall::kSubmit);
  std::promise<absl::Status> ran;
  std::thread runner([&] { ran.set_value(runner_.Run()); });
  while (queue_.calls(QueueCall::kSubmit) == 0) std::this_thread::yield();
  Schedule draft = schedule;
  draft.cron = "@daily";
  const Schedule updated = schedules_.Update(draft).value();
  queue_.Release();
  EXPECT_TRUE(ran.get_future().get().ok());
  runner.join();
  EXPECT_EQ(Get(schedule), updated);
  EXPECT_EQ(queued(), 1);
}

TEST_F(ScheduleRunnerTest, LargeInputsAreStoredAndKeptWhenARunIsTriedAgain) {
  Schedule draft = Draft();
  draft.input = "\"" + std::string(kInlineBytes, 'x') + "\"";
  const Schedule schedule = Create(draft);
  queue_.FailNext(QueueCall::kSubmit, absl::ResourceExhaustedError("full"));
  ASSERT_TRUE(RunAfter(absl::Seconds(30)).ok());
  ASSERT_TRUE(RunAfter(absl::Minutes(10)).ok());
  const Job job = JobOf(schedule, first_ + absl::Minutes(10)).value();
  EXPECT_TRUE(job.input_stored);
  EXPECT_EQ(payloads_.LoadInput(job.id).value(), draft.input);
}

}  // namespace
}  // namespace furnace::scheduler
