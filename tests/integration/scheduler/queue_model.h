// The pure state machine (domain/job.h) beside the Lua scripts: each operation is done
// to both, and both must agree.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "libs/common/base/uuid.h"
#include "libs/common/redis/client.h"
#include "services/scheduler/app/await.h"
#include "services/scheduler/domain/affinity.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/redis/job_queue.h"
#include "services/scheduler/storage/redis/shard_log.h"
#include "tests/integration/scheduler/model_settings.h"

namespace furnace::scheduler {

inline constexpr int kShards = 4;
inline constexpr std::size_t kMaxConcurrency = 6;
inline constexpr absl::Duration kHeadStart = absl::Seconds(60);
inline constexpr FailureCause kCauses[] = {
    FailureCause::kNone,       FailureCause::kHandlerError,  FailureCause::kTimeout,
    FailureCause::kWorkerLost, FailureCause::kHandlerExited, FailureCause::kPlatform};

inline constexpr char kWindow[] = "22:00-06:00,Europe/Berlin,1111111";
inline constexpr const char* kClasses[] = {"*", "rtx4090,rtx4000", "rtx4000|c=1", "*|v=1000",
                                           "*|w=22:00-06:00,Europe/Berlin,1111111"};

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
                          .retry = AnyRetryPolicy(),
                          .head_start = kHeadStart,
                          .max_queued = Random(20) == 0 ? 1 : 1'000'000,
                          .idempotency_key = {},
                          .idempotency_ttl = absl::Hours(1),
                          .fingerprint = {},
                          .items = {}};
    std::vector<Job> jobs;
    for (int i = Random(3); i >= 0; --i) {
      Job job;
      job.id = NewUuid(absl::Now(), static_cast<std::uint8_t>(ShardOfEndpoint(endpoint, kShards)));
      job.endpoint_id = endpoint;
      job.project_id = project_;
      job.affinity =
          kClasses[static_cast<std::size_t>(Random(static_cast<int>(std::size(kClasses))))];
      job.priority = Random(21) - 10;
      job.retry = submission.retry;
      if (Random(3) == 0) job.concurrency_key = Random(2) == 0 ? "a" : "b c";
      submission.items.push_back({.id = job.id,
                                  .priority = job.priority,
                                  .affinity = job.affinity,
                                  .input = "1",
                                  .timeout = absl::Seconds(300),
                                  .ttl = AnyTtl(),
                                  .not_before = AnyNotBefore(),
                                  .concurrency_key = job.concurrency_key});
      jobs.push_back(job);
    }
    const std::vector<Submission::Item> items = submission.items;
    const bool fits =
        Waiting(endpoint) + jobs.size() <= static_cast<std::size_t>(submission.max_queued);
    const auto result = Await<SubmitResult>(
        [&](Done<SubmitResult> done) { queue_.Submit(std::move(submission), std::move(done)); });
    if (!fits) {
      EXPECT_TRUE(absl::IsResourceExhausted(result.status())) << result.status();
      return;
    }
    ASSERT_TRUE(result.ok()) << result.status();
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const absl::Time now = result->queued_at;
      model_[jobs[i].id] = Accept(jobs[i], items[i].not_before, items[i].ttl, now);
      scores_[jobs[i].id] =
          QueueScore(std::max(now, items[i].not_before.value_or(now)), items[i].priority,
                     kHeadStart, ParseAffinityClass(items[i].affinity).critical);
    }
  }

  RetryPolicy AnyRetryPolicy() {
    return {.max_retries = Random(3),
            .backoff = absl::Milliseconds(Random(2) * 3),
            .max_backoff = absl::Milliseconds(4),
            .no_retry = Random(4) == 0 ? 1U << static_cast<unsigned>(FailureCause::kTimeout) : 0};
  }

  absl::Duration AnyTtl() {
    if (Random(4) != 0) return absl::ZeroDuration();
    return Random(2) == 0 ? absl::Milliseconds(1 + Random(20)) : absl::Hours(1);
  }

  std::optional<absl::Time> AnyNotBefore() {
    if (Random(4) != 0) return std::nullopt;
    const absl::Duration ahead = Random(4) == 0 ? absl::Hours(1) : absl::Milliseconds(Random(20));
    // Whole microseconds, as everything in the queue.
    return absl::FromUnixMicros(absl::ToUnixMicros(absl::Now() + ahead));
  }

  // Jobs of the endpoint that wait.
  std::size_t Waiting(const std::string& endpoint) const {
    return static_cast<std::size_t>(
        std::count_if(model_.begin(), model_.end(), [&endpoint](const auto& entry) {
          const Job& job = entry.second;
          return job.endpoint_id == endpoint && Waits(job.status);
        }));
  }

  // The jobs that a worker should get, best first: of those that share a concurrency
  // key one at a time.
  std::vector<std::string> Expected(const std::string& endpoint, const std::string& gpu,
                                    bool window_open, std::size_t count) const {
    std::vector<std::pair<std::int64_t, std::string>> ready;
    std::set<std::string> busy = {};
    std::size_t running = 0;
    for (const auto& [id, job] : model_) {
      if (job.endpoint_id != endpoint) continue;
      if (job.status == JobStatus::kInProgress) {
        ++running;
        busy.insert(job.concurrency_key);
      }
      const Affinity wanted = ParseAffinityClass(job.affinity);
      const bool fits = WaitBefore(wanted, gpu, {}, {}) == absl::ZeroDuration() &&
                        (wanted.window.empty() || window_open);
      if (job.status == JobStatus::kInQueue && fits) ready.emplace_back(scores_.at(id), id);
    }
    std::sort(ready.begin(), ready.end());
    count = std::min(count, kMaxConcurrency - std::min(kMaxConcurrency, running));
    std::vector<std::string> ids;
    for (const auto& [score, id] : ready) {
      const std::string& key = model_.at(id).concurrency_key;
      if (ids.size() == count) break;
      if (key.empty() || busy.insert(key).second) ids.push_back(id);
    }
    return ids;
  }

  void Claim() {
    const std::string& endpoint = endpoints_[static_cast<std::size_t>(Random(3))];
    const WorkerRoom room{.worker = {.worker_id = "w" + std::to_string(Random(5)),
                                     .gpu_type = Random(3) == 0 ? "a100" : "rtx4000",
                                     .gpu_count = 1 + Random(4),
                                     .cold_start = absl::ZeroDuration()},
                          .jobs = 1 + Random(4)};
    const bool window_open = Random(2) == 0;
    const auto answer = Await<Claimed>([&](Done<Claimed> done) {
      queue_.Claim({.endpoint_id = endpoint,
                    .workers = {room},
                    .lease = NextLease(),
                    .max_concurrency = static_cast<int>(kMaxConcurrency),
                    .windows = {{kWindow, window_open}}},
                   std::move(done));
    });
    ASSERT_TRUE(answer.ok()) << answer.status();
    const std::vector<ClaimedJob>& claimed = answer->jobs;
    ExpireUnclaimed(endpoint);
    const std::vector<std::string> expected =
        Expected(endpoint, room.worker.gpu_type, window_open, static_cast<std::size_t>(room.jobs));
    std::vector<std::string> got;
    for (const ClaimedJob& job : claimed) {
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

  // A claim ends the jobs it comes across whose time is over.
  void ExpireUnclaimed(const std::string& endpoint) {
    for (auto& [id, job] : model_) {
      if (job.endpoint_id != endpoint || job.status != JobStatus::kInQueue || !job.expires_at)
        continue;
      const Job live = Live(id);
      if (live.status == JobStatus::kTimedOut) Apply(Expire(job, *live.completed_at));
    }
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
    // Mostly none, sometimes more than the lease is old.
    if (Random(3) == 0) outcome.waited = absl::Microseconds(Random(2000));
    outcome.never_began = cause == FailureCause::kPlatform && Random(2) == 0;
    const int draw = Random(kDraws);
    const auto result = Await<SettleResult>([&](Done<SettleResult> done) {
      queue_.Settle({.lease = lease, .outcome = outcome, .draw = draw}, std::move(done));
    });
    ASSERT_TRUE(result.ok()) << result.status();
    Job& job = model_[lease.job_id];
    const bool repeated = IsFinal(job.status) && job.attempt == lease.epoch;
    const absl::StatusOr<Job> ended = End(job, lease.epoch, outcome, draw, EndTimeOf(job));
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
    if (before.gpu_count == 0 || !live.started_at) return absl::Now();
    return *live.started_at +
           absl::Microseconds((live.gpu_time_us - before.gpu_time_us) / before.gpu_count);
  }

  std::map<std::string, Job>::iterator AnyJob() {
    auto any = model_.begin();
    std::advance(any, Random(static_cast<int>(model_.size())));
    return any;
  }

  void CancelOne() {
    if (model_.empty()) return;
    Job& job = AnyJob()->second;
    const Job before = job;
    const auto cancelled =
        Await<std::optional<CancelledJob>>([&](Done<std::optional<CancelledJob>> done) {
          queue_.Cancel(before.id, project_, std::move(done));
        });
    ASSERT_TRUE(cancelled.ok() && cancelled->has_value());
    EXPECT_EQ((*cancelled)->status_before, before.status);
    if (!IsFinal(before.status)) job = Cancel(before, EndTimeOf(before));
  }

  void RedriveOne() {
    if (model_.empty()) return;
    Job& job = AnyJob()->second;
    const absl::Duration ttl = AnyTtl();
    const auto queued = Await<std::vector<bool>>([&](Done<std::vector<bool>> done) {
      queue_.Redrive({.endpoint_id = job.endpoint_id,
                      .head_start = kHeadStart,
                      .ttl = ttl,
                      .jobs = {{.job = job, .chunks = {}, .chunk_count = 0}}},
                     std::move(done));
    });
    ASSERT_TRUE(queued.ok()) << queued.status();
    // Redis says when: by the end of its time to live, or not at all.
    const Job live = Live(job.id);
    const absl::StatusOr<Job> redriven =
        Redrive(job, ttl, live.expires_at.value_or(job.queued_at) - ttl);
    ASSERT_EQ(queued->at(0), redriven.ok());
    if (!redriven.ok()) return;
    job = *redriven;
    scores_[job.id] = ScoreOf(job.id);
  }

  // Where Redis has put a job that was redriven, whose time only Redis knows.
  std::int64_t ScoreOf(const std::string& id) {
    const std::string key = ShardPrefix(ShardOfJob(id)) + "job:" + id;
    const auto score = client_.SendAndWait({"HGET", key, "sc"});
    EXPECT_TRUE(score.ok());
    return score.ok() ? std::strtoll((*score)->str, nullptr, 10) : 0;
  }

  void Purge() {
    const std::string& endpoint = endpoints_[static_cast<std::size_t>(Random(3))];
    const std::size_t waiting = Waiting(endpoint);
    std::size_t purged = 0;
    for (int more = 1; more > 0; purged += static_cast<std::size_t>(more)) {
      more =
          Await<int>([&](Done<int> done) { queue_.Purge(endpoint, 3, std::move(done)); }).value();
    }
    EXPECT_EQ(purged, waiting);
    for (auto& [id, job] : model_) {
      if (job.endpoint_id != endpoint || !Waits(job.status)) continue;
      job = Cancel(job, EndTimeOf(job));
      job.error = "purged";
    }
  }

  void Sweep() {
    for (int shard = 0; shard < kShards; ++shard) {
      const auto swept = log_.Sweep(shard, 100);
      ASSERT_TRUE(swept.ok()) << swept.status();
      for (const LapsedLease& lease : swept->lapsed) {
        Job& job = model_.at(lease.lease.job_id);
        const Outcome lost{.cause = FailureCause::kWorkerLost,
                           .output = {},
                           .error = "worker " + lease.worker_id + " was lost"};
        // Told by the attempt's event: the job may have expired in the same sweep.
        const absl::StatusOr<Job> ended =
            End(job, lease.lease.epoch, lost, /*draw=*/0, *job.started_at);
        ASSERT_TRUE(ended.ok()) << ended.status();
        job = *ended;
        if (job.status == JobStatus::kFailed) job.completed_at = Live(job.id).completed_at;
      }
      for (const std::string& id : swept->expired) Apply(Expire(model_.at(id), EndOf(id)));
      for (const std::string& id : swept->released) {
        Apply(Release(model_.at(id), *model_.at(id).not_before));
      }
    }
  }

  absl::Time EndOf(const std::string& id) { return Live(id).completed_at.value(); }

  void Apply(const absl::StatusOr<Job>& job) {
    ASSERT_TRUE(job.ok()) << job.status();
    model_[job->id] = *job;
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
      EXPECT_EQ(live.not_before, job.not_before);
      EXPECT_EQ(live.expires_at, job.expires_at);
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
  std::map<std::string, std::int64_t> scores_;
  std::vector<LeaseId> attempts_;
};

}  // namespace furnace::scheduler
