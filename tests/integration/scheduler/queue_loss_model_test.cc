// Random histories in which Redis loses everything from time to time and the queue is
// rebuilt from what the model knows: no attempt of before may have any effect, and what
// follows is as if nothing had happened.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "services/scheduler/domain/restoration.h"
#include "services/scheduler/storage/redis/lost_jobs.h"
#include "services/scheduler/storage/redis/queue_loads.h"
#include "tests/integration/scheduler/queue_model.h"

namespace furnace::scheduler {
namespace {

class QueueLossModelTest : public QueueModelTest {
 protected:
  // Redis is empty; what was final is history's business alone.
  void LoseAndRebuild() {
    CompareAll();
    ASSERT_TRUE(client_.SendAndWait({"FLUSHALL"}).ok());
    std::erase_if(model_, [](const auto& entry) { return IsFinal(entry.second.status); });
    std::erase_if(attempts_,
                  [this](const LeaseId& lease) { return !model_.contains(lease.job_id); });
    base_.clear();
    for (auto& [id, job] : model_) {
      job = Restore(job).value();
      job.input = "1";
      scores_[id] = RestoredScore(job, kHeadStart);
      base_[id] = job;
      const LostJob lost{.record = {.job = job, .chunks = {}, .chunk_count = 0},
                         .score = scores_[id]};
      EXPECT_EQ(lost_.PutBack(ShardOfJob(id), {lost}).value(), 1);
      EXPECT_EQ(lost_.PutBack(ShardOfJob(id), {lost}).value(), 0);
    }
  }

  // Since the loss every transition has left one event, the rebuild itself the first.
  void CompareEventsSinceLoss() {
    std::map<std::string, std::int64_t> versions;
    for (const auto& [id, job] : base_) versions[id] = job.version - 1;
    for (int shard = 0; shard < kShards; ++shard) {
      const auto events = log_.ReadEvents({shard}, 10'000'000).value();
      if (events.empty()) continue;
      for (const JobEvent& event : events.at(shard)) {
        EXPECT_EQ(event.version, ++versions[event.job_id]);
        if (event.attempt_end && base_.contains(event.job_id)) {
          EXPECT_GT(event.attempt_end->lease.epoch, base_.at(event.job_id).attempt);
        }
      }
    }
    for (const auto& [id, job] : model_) EXPECT_EQ(versions[id], job.version);
  }

  // What counts against limits is what waits.
  void CompareLoads() {
    const auto loads = loads_.Of(endpoints_).value();
    for (const std::string& endpoint : endpoints_) {
      QueueLoad expected;
      for (const auto& [id, job] : model_) {
        const bool waits = job.status == JobStatus::kInQueue || job.status == JobStatus::kDelayed;
        if (job.endpoint_id != endpoint || !waits) continue;
        expected += {.jobs = 1, .bytes = 1};
      }
      EXPECT_EQ(loads.at(endpoint), expected);
    }
  }

  RedisLostJobs lost_{client_, scripts_};
  RedisQueueLoads loads_{client_, scripts_, kShards};
  std::map<std::string, Job> base_;  // As they were put back.
};

TEST_F(QueueLossModelTest, ARebuiltQueueGoesOnWhereHistoryLeftIt) {
  // Every loss compares all there is, so a long history costs the square of its length.
  const int operations = std::min(OperationsFromEnvironment() / 2, 10'000);
  std::cout << "seed " << seed_ << ", " << operations
            << " operations (FURNACE_TEST_SEED, FURNACE_TEST_OPERATIONS)\n";
  for (int i = 0; i < operations && !HasFailure(); ++i) {
    switch (Random(10)) {
      case 0:
      case 1: Submit(); break;
      case 2:
      case 3: Claim(); break;
      case 4:
      case 5:
      case 6: Settle(); break;
      case 7: CancelOne(); break;
      case 8: Sweep(); break;
      case 9: Random(20) == 0 ? LoseAndRebuild() : RedriveOne(); break;
    }
  }
  CompareAll();
  CompareEventsSinceLoss();
  CompareLoads();
}

}  // namespace
}  // namespace furnace::scheduler
