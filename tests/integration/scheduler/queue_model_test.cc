// The pure state machine (domain/job.h) and the Lua scripts, driven by the same
// random histories: they must agree, job for job.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include "libs/common/base/uuid.h"
#include "libs/common/redis/client.h"
#include "services/scheduler/app/await.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/redis/job_queue.h"
#include "services/scheduler/storage/redis/shard_log.h"

namespace furnace::scheduler {
namespace {

constexpr int kShards = 4;
constexpr absl::Duration kHeadStart = absl::Seconds(60);
constexpr FailureCause kCauses[] = {FailureCause::kNone,          FailureCause::kHandlerError,
                                    FailureCause::kTimeout,       FailureCause::kWorkerLost,
                                    FailureCause::kHandlerExited, FailureCause::kPlatform};

std::uint64_t SeedFromEnvironment() {
  const char* seed = std::getenv("FURNACE_TEST_SEED");
  return seed == nullptr ? std::random_device{}() : std::strtoull(seed, nullptr, 10);
}

int OperationsFromEnvironment() {
  const char* count = std::getenv("FURNACE_TEST_OPERATIONS");
  return count == nullptr ? 5'000 : std::atoi(count);
}

class QueueModelTest : public testing::Test {
 protected:
  QueueModelTest() {
    EXPECT_TRUE(client_.SendAndWait({"FLUSHALL"}).ok());
    for (int i = 0; i < 3; ++i) endpoints_.push_back(NewUuid(absl::Now()));
  }

  int Random(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

  void Submit() {
    const std::string& endpoint = endpoints_[static_cast<std::size_t>(Random(3))];
    Submission submission{.endpoint_id = endpoint,
                          .project_id = project_,
                          .affinity = Random(2) == 0 ? "*" : "rtx4090,rtx4000",
                          .timeout = absl::Seconds(300),
                          .max_retries = Random(3),
                          .head_start = kHeadStart,
                          .items = {}};
    std::vector<Job> jobs;
    for (int i = Random(3); i >= 0; --i) {
      Job job;
      job.id = NewUuid(absl::Now(), static_cast<std::uint8_t>(ShardOfEndpoint(endpoint, kShards)));
      job.endpoint_id = endpoint;
      job.project_id = project_;
      job.affinity = submission.affinity;
      job.priority = Random(21) - 10;
      job.limits.max_retries = submission.max_retries;
      job.version = 1;
      submission.items.push_back({.id = job.id, .priority = job.priority, .input = "1"});
      jobs.push_back(job);
    }
    const auto queued_at = Await<absl::Time>(
        [&](Done<absl::Time> done) { queue_.Submit(std::move(submission), std::move(done)); });
    ASSERT_TRUE(queued_at.ok()) << queued_at.status();
    for (Job& job : jobs) {
      job.queued_at = *queued_at;
      model_[job.id] = job;
    }
  }

  // The ids that a worker should get, best first.
  std::vector<std::string> Expected(const std::string& endpoint, const std::string& gpu,
                                    std::size_t count) const {
    std::vector<std::pair<std::int64_t, std::string>> ready;
    for (const auto& [id, job] : model_) {
      const bool fits = job.affinity == "*" || gpu == "rtx4000";
      if (job.endpoint_id == endpoint && job.status == JobStatus::kInQueue && fits) {
        ready.emplace_back(QueueScore(job.queued_at, job.priority, kHeadStart), id);
      }
    }
    std::sort(ready.begin(), ready.end());
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < ready.size() && i < count; ++i) ids.push_back(ready[i].second);
    return ids;
  }

  void Claim() {
    const std::string& endpoint = endpoints_[static_cast<std::size_t>(Random(3))];
    const WorkerRoom room{.worker = {.worker_id = "w" + std::to_string(Random(5)),
                                     .gpu_type = Random(3) == 0 ? "a100" : "rtx4000",
                                     .gpu_count = 1 + Random(4),
                                     .cold_start = absl::ZeroDuration()},
                          .jobs = 1 + Random(4)};
    const std::vector<std::string> expected =
        Expected(endpoint, room.worker.gpu_type, static_cast<std::size_t>(room.jobs));
    const auto claimed = Await<std::vector<ClaimedJob>>([&](Done<std::vector<ClaimedJob>> done) {
      queue_.Claim(endpoint, {room}, NextLease(), std::move(done));
    });
    ASSERT_TRUE(claimed.ok()) << claimed.status();
    std::vector<std::string> got;
    for (const ClaimedJob& job : *claimed) {
      got.push_back(job.lease.job_id);
      const absl::StatusOr<Job> started = Start(model_.at(job.lease.job_id), room.worker,
                                                Live(job.lease.job_id).started_at.value());
      ASSERT_TRUE(started.ok()) << started.status();
      model_[job.lease.job_id] = *started;
      EXPECT_EQ(job.lease.epoch, started->attempt);
      attempts_.push_back(job.lease);
    }
    EXPECT_EQ(got, expected);
  }

  // Most leases last; some have lapsed at once, for Sweep to find.
  absl::Duration NextLease() { return Random(5) == 0 ? absl::ZeroDuration() : absl::Hours(1); }

  LeaseId AnyAttempt() {
    LeaseId lease = attempts_[static_cast<std::size_t>(Random(static_cast<int>(attempts_.size())))];
    if (Random(10) == 0) ++lease.epoch;  // One that never was.
    return lease;
  }

  void Settle() {
    if (attempts_.empty()) return;
    const LeaseId lease = AnyAttempt();
    const FailureCause cause = kCauses[Random(6)];
    Outcome outcome{.cause = cause, .output = {}, .error = cause == FailureCause::kNone ? "" : "e"};
    if (cause == FailureCause::kNone) outcome.output = "42";
    const auto result = Await<SettleResult>([&](Done<SettleResult> done) {
      queue_.Settle({.lease = lease, .outcome = outcome}, std::move(done));
    });
    ASSERT_TRUE(result.ok()) << result.status();
    Job& job = model_[lease.job_id];
    const bool repeated = IsFinal(job.status) && job.attempt == lease.epoch;
    const absl::StatusOr<Job> ended = End(job, lease.epoch, outcome, EndTimeOf(job));
    if (!ended.ok()) {
      EXPECT_EQ(*result, repeated ? SettleResult::kRepeated : SettleResult::kNotHeld);
      return;
    }
    job = *ended;
    EXPECT_EQ(*result, IsFinal(job.status) ? SettleResult::kFinal : SettleResult::kQueuedAgain);
  }

  // When the attempt that has just ended did, which Redis decides: told by what it
  // added to the job's GPU time, or by the job's end.
  absl::Time EndTimeOf(const Job& before) {
    const Job live = Live(before.id);
    if (live.completed_at) return *live.completed_at;
    if (before.gpu_count == 0 || !before.started_at) return absl::Now();
    return *before.started_at +
           absl::Microseconds((live.gpu_time_us - before.gpu_time_us) / before.gpu_count);
  }

  void CancelOne() {
    if (model_.empty()) return;
    auto any = model_.begin();
    std::advance(any, Random(static_cast<int>(model_.size())));
    const Job before = any->second;
    const auto cancelled =
        Await<std::optional<CancelledJob>>([&](Done<std::optional<CancelledJob>> done) {
          queue_.Cancel(before.id, project_, std::move(done));
        });
    ASSERT_TRUE(cancelled.ok() && cancelled->has_value());
    EXPECT_EQ((*cancelled)->status_before, before.status);
    if (!IsFinal(before.status)) any->second = Cancel(before, EndTimeOf(before));
  }

  void Sweep() {
    for (int shard = 0; shard < kShards; ++shard) {
      const auto lapsed = log_.Sweep(shard, 100);
      ASSERT_TRUE(lapsed.ok()) << lapsed.status();
      for (const LapsedLease& lease : *lapsed) {
        Job& job = model_.at(lease.lease.job_id);
        const Outcome lost{.cause = FailureCause::kWorkerLost,
                           .output = {},
                           .error = "worker " + lease.worker_id + " was lost"};
        const absl::StatusOr<Job> ended = End(job, lease.lease.epoch, lost, EndTimeOf(job));
        ASSERT_TRUE(ended.ok()) << ended.status();
        job = *ended;
      }
    }
  }

  Job Live(const std::string& id) {
    const auto found = Await<std::optional<JobRecord>>(
        [&](Done<std::optional<JobRecord>> done) { queue_.Find(id, {}, std::move(done)); });
    EXPECT_TRUE(found.ok() && found->has_value());
    return found.ok() && found->has_value() ? (*found)->job : Job{};
  }

  void CompareAll() {
    for (const auto& [id, job] : model_) {
      SCOPED_TRACE(id);
      const Job live = Live(id);
      EXPECT_EQ(ToString(live.status), ToString(job.status));
      EXPECT_EQ(live.version, job.version);
      EXPECT_EQ(live.attempt, job.attempt);
      EXPECT_EQ(live.retry_count, job.retry_count);
      EXPECT_EQ(live.loss_count, job.loss_count);
      EXPECT_EQ(live.cause, job.cause);
      EXPECT_EQ(live.error, job.error);
      EXPECT_EQ(live.output, job.output);
      EXPECT_EQ(live.worker_id, job.worker_id);
      EXPECT_EQ(live.gpu_time_us, job.gpu_time_us);
      EXPECT_EQ(live.completed_at, job.completed_at);
      if (HasFailure()) return;
    }
  }

  // Every transition left one event, and the ends of attempts add up to the GPU time
  // of the jobs.
  void CompareEvents() {
    std::map<std::string, std::int64_t> transitions;
    std::map<std::string, std::int64_t> gpu_time_us;
    for (int shard = 0; shard < kShards; ++shard) {
      const auto events = log_.ReadEvents({shard}, 10'000'000);
      ASSERT_TRUE(events.ok()) << events.status();
      if (events->empty()) continue;
      for (const JobEvent& event : events->at(shard)) {
        EXPECT_EQ(event.version, ++transitions[event.job_id]);
        if (!event.attempt_end || IsPlatformFault(event.attempt_end->cause)) continue;
        const AttemptEnd& end = *event.attempt_end;
        gpu_time_us[event.job_id] +=
            absl::ToInt64Microseconds(end.end - end.start) * end.worker.gpu_count;
      }
    }
    for (const auto& [id, job] : model_) {
      EXPECT_EQ(transitions[id], job.version);
      EXPECT_EQ(gpu_time_us[id], job.gpu_time_us);
    }
  }

  const std::uint64_t seed_ = SeedFromEnvironment();
  std::mt19937_64 random_{seed_};
  const QueueScripts scripts_;
  redis::Client client_{*redis::ParseUrl(std::getenv("FURNACE_TEST_REDIS_URL")), scripts_.All()};
  RedisJobQueue queue_{client_, scripts_, kShards};
  RedisShardLog log_{client_, scripts_, kShards};
  const std::string project_ = NewUuid(absl::Now());
  std::vector<std::string> endpoints_;
  std::map<std::string, Job> model_;
  std::vector<LeaseId> attempts_;
};

TEST_F(QueueModelTest, ScriptsAndStateMachineAgree) {
  const int operations = OperationsFromEnvironment();
  std::cout << "seed " << seed_ << ", " << operations
            << " operations (FURNACE_TEST_SEED, FURNACE_TEST_OPERATIONS)\n";
  for (int i = 0; i < operations && !HasFailure(); ++i) {
    switch (Random(8)) {
      case 0: Submit(); break;
      case 1:
      case 2: Claim(); break;
      case 3:
      case 4:
      case 5: Settle(); break;
      case 6: CancelOne(); break;
      case 7: Sweep(); break;
    }
  }
  CompareAll();
  CompareEvents();
}

}  // namespace
}  // namespace furnace::scheduler
