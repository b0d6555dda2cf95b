// Random histories of batches on one worker, in Redis: no two jobs of a batch run at a
// time, every job ends, and what is counted is what there is.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "libs/common/base/uuid.h"
#include "libs/common/redis/client.h"
#include "services/scheduler/app/await.h"
#include "services/scheduler/domain/batch.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/redis/job_queue.h"
#include "services/scheduler/storage/redis/shard_log.h"
#include "tests/integration/scheduler/model_settings.h"

namespace furnace::scheduler {
namespace {

constexpr int kShards = 4;
constexpr int kWorkers = 4;
// A job is kept for its worker for 3 s; by then it has long been offered to all others.
constexpr absl::Duration kLongest = absl::Seconds(30);

class BatchModelTest : public testing::Test {
 protected:
  BatchModelTest() { EXPECT_TRUE(client_.SendAndWait({"FLUSHALL"}).ok()); }

  int Random(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

  void Submit() {
    Submission submission{.endpoint_id = endpoint_,
                          .project_id = endpoint_,
                          .retry = {.max_retries = Random(3),
                                    .backoff = absl::Milliseconds(Random(2) * 3),
                                    .max_backoff = absl::Milliseconds(4)},
                          .head_start = absl::Seconds(60),
                          .idempotency_key = {},
                          .idempotency_ttl = absl::Hours(1),
                          .fingerprint = {},
                          .items = {}};
    submission.batch_id = NewUuid(absl::Now());
    const bool one_worker = Random(4) != 0;
    const std::string key = one_worker ? OneWorkerKey(submission.batch_id) : "";
    for (int i = Random(5); i >= 0; --i) {
      const std::string id = NewUuid(absl::Now(), static_cast<std::uint8_t>(shard_));
      const bool later = Random(4) == 0;
      submission.items.push_back(
          {.id = id,
           .priority = Random(3),
           .affinity = Random(2) == 0 ? "*" : "rtx4000|c=1",
           .input = "1",
           .timeout = absl::Seconds(300),
           .ttl = Random(4) == 0 ? absl::Milliseconds(1 + Random(20)) : absl::ZeroDuration(),
           .not_before =
               later ? std::optional(absl::Now() + absl::Milliseconds(Random(20))) : std::nullopt,
           .concurrency_key = key});
      batch_of_[id] = one_worker ? submission.batch_id : "";
    }
    ASSERT_TRUE(Await<SubmitResult>([&](Done<SubmitResult> done) {
                  queue_.Submit(std::move(submission), std::move(done));
                }).ok());
  }

  void Claim() {
    ClaimRequest request{.endpoint_id = endpoint_, .workers = {}, .lease = absl::Hours(1)};
    for (int worker = 0; worker < kWorkers; ++worker) {
      if (Random(2) == 0) continue;
      request.workers.push_back({.worker = {.worker_id = "w-" + std::to_string(worker),
                                            .gpu_type = "rtx4000",
                                            .gpu_count = 1,
                                            .cold_start = absl::ZeroDuration()},
                                 .jobs = 1 + Random(3)});
    }
    if (request.workers.empty()) return;
    const Claimed claimed = Await<Claimed>([&](Done<Claimed> done) {
                              queue_.Claim(std::move(request), std::move(done));
                            }).value();
    for (const ClaimedJob& job : claimed.jobs) {
      const std::string& batch = batch_of_.at(job.lease.job_id);
      running_.push_back(job.lease);
      if (batch.empty()) continue;
      EXPECT_TRUE(busy_.insert(batch).second) << "two jobs of batch " << batch << " run";
    }
  }

  void Settle(FailureCause cause) {
    if (running_.empty()) return;
    const LeaseId lease = TakeRunning();
    Outcome outcome{.cause = cause, .output = {}, .error = "why"};
    if (cause == FailureCause::kNone) outcome.output = "1";
    const auto result = Await<SettleResult>([&](Done<SettleResult> done) {
      queue_.Settle({.lease = lease, .outcome = outcome, .draw = Random(1000)}, std::move(done));
    });
    EXPECT_NE(result.value(), SettleResult::kNotHeld);
  }

  LeaseId TakeRunning() {
    const auto at = running_.begin() + Random(static_cast<int>(running_.size()));
    const LeaseId lease = *at;
    running_.erase(at);
    busy_.erase(batch_of_.at(lease.job_id));
    return lease;
  }

  void Cancel() {
    if (batch_of_.empty()) return;
    const auto at = std::next(batch_of_.begin(), Random(static_cast<int>(batch_of_.size())));
    const auto cancelled =
        Await<std::optional<CancelledJob>>([&](Done<std::optional<CancelledJob>> done) {
          queue_.Cancel(at->first, endpoint_, std::move(done));
        }).value();
    if (!cancelled || cancelled->status_before != JobStatus::kInProgress) return;
    std::erase_if(running_, [&](const LeaseId& lease) { return lease.job_id == at->first; });
    busy_.erase(at->second);
  }

  void Redrive() {
    if (batch_of_.empty()) return;
    const auto at = std::next(batch_of_.begin(), Random(static_cast<int>(batch_of_.size())));
    const auto record = Find(at->first);
    if (!record) return;
    EXPECT_TRUE(Await<std::vector<bool>>([&](Done<std::vector<bool>> done) {
                  queue_.Redrive({.endpoint_id = endpoint_,
                                  .head_start = absl::Seconds(60),
                                  .ttl = {},
                                  .jobs = {*record}},
                                 std::move(done));
                }).ok());
  }

  std::optional<JobRecord> Find(const std::string& id) {
    return Await<std::optional<JobRecord>>(
               [&](Done<std::optional<JobRecord>> done) { queue_.Find(id, {}, std::move(done)); })
        .value();
  }

  void Step() {
    switch (Random(9)) {
      case 0: return Submit();
      case 1: return Cancel();
      case 2: return Redrive();
      case 3: EXPECT_TRUE(log_.Sweep(shard_, 100).ok()); return;
      case 4: return Settle(kCauses[Random(4)]);
      case 5: return Settle(FailureCause::kNone);
      default: return Claim();
    }
  }

  // Runs what is left to its end; whether that was reached.
  bool Drain() {
    const absl::Time deadline = absl::Now() + kLongest;
    while (absl::Now() < deadline) {
      EXPECT_TRUE(log_.Sweep(shard_, 100).ok());
      Claim();
      while (!running_.empty()) Settle(FailureCause::kNone);
      const QueueSnapshot left = log_.Survey({endpoint_}).value().at(endpoint_);
      if (left.queued == 0 && left.running == 0 && AllFinal()) return true;
    }
    return false;
  }

  bool AllFinal() {
    return std::all_of(batch_of_.begin(), batch_of_.end(),
                       [&](const auto& entry) { return IsFinal(Find(entry.first)->job.status); });
  }

  static constexpr FailureCause kCauses[] = {FailureCause::kHandlerError, FailureCause::kWorkerLost,
                                             FailureCause::kPlatform, FailureCause::kTimeout};

  std::mt19937_64 random_;
  const std::string endpoint_ = NewUuid(absl::Now());
  const int shard_ = ShardOfEndpoint(endpoint_, kShards);
  const QueueScripts scripts_;
  redis::Client client_{*redis::ParseUrl(std::getenv("FURNACE_TEST_REDIS_URL")), scripts_.All()};
  RedisJobQueue queue_{client_, scripts_, kShards};
  RedisShardLog log_{client_, scripts_, kShards};
  std::map<std::string, std::string> batch_of_;  // By job; empty: not on one worker.
  std::set<std::string> busy_;                   // Batches of which a job runs.
  std::vector<LeaseId> running_;
};

TEST_F(BatchModelTest, EveryJobEndsAndNoTwoOfABatchRunAtATime) {
  const std::uint64_t seed = SeedFromEnvironment();
  const int operations = OperationsFromEnvironment() / 5;  // Each job is looked at in the end.
  std::cout << "seed " << seed << ", " << operations << " operations\n";
  random_.seed(seed);
  for (int i = 0; i < operations && !HasFailure(); ++i) Step();
  EXPECT_TRUE(Drain()) << "jobs are left that nobody gets";
}

}  // namespace
}  // namespace furnace::scheduler
