#include "services/scheduler/app/retention.h"

#include "tests/support/scheduler/memory_expired_jobs.h"
#include "tests/support/scheduler/memory_lost_jobs.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class RetentionTest : public QueueFixture {
 protected:
  RetentionTest() {
    leader_.Renew();
    history_.set_now(clock_.Now());
  }

  // A job that history has, past its time.
  std::string Past(std::string id, const std::string& batch_id = {}) {
    JobRecord record;
    record.job.id = std::move(id);
    record.job.project_id = endpoint_.project_id;
    record.job.endpoint_id = endpoint_.id;
    record.job.batch_id = batch_id;
    record.job.status = JobStatus::kCompleted;
    record.job.version = 3;
    record.kept_until = clock_.Now() - absl::Minutes(2);
    EXPECT_TRUE(history_.Save({record}).ok());
    return record.job.id;
  }

  ShardLeader leader_{log_, "a", kTestShards};
  MemoryLostJobs lost_{queue_};
  MemoryAttemptHistory attempts_;
  MemoryBatchStore batches_{history_};
  MemoryExpiredJobs expired_{history_, payloads_, attempts_, batches_};
  Retention retention_{expired_, lost_, leader_};
};

TEST_F(RetentionTest, ForgetsWhatIsPastItsTimeInAsManyRoundsAsThatTakes) {
  for (int i = 0; i < 2 * Retention::kJobsAtOnce + 1; ++i) Past(NewJobId(endpoint_.id));
  ASSERT_TRUE(retention_.Run().ok());
  EXPECT_EQ(history_.size(), 0U);
}

TEST_F(RetentionTest, AJobThatIsStillInTheQueueIsLeftAlone) {
  const std::string live = Past(Submit());
  Past(NewJobId(endpoint_.id));
  ASSERT_TRUE(retention_.Run().ok());
  ASSERT_EQ(history_.size(), 1U);
  EXPECT_EQ(history_.All()[0].job.id, live);
}

TEST_F(RetentionTest, ABatchStaysWhileAJobOfItIsInTheQueue) {
  const std::string id = NewId();
  const std::vector<std::string> jobs = {Past(NewJobId(endpoint_.id), id), Past(Submit(), id)};
  Batch batch;
  batch.id = id;
  ASSERT_TRUE(batches_.Add(batch, jobs).ok());
  ASSERT_TRUE(retention_.Run().ok());
  EXPECT_EQ(batches_.All().size(), 1U);
  EXPECT_EQ(history_.size(), 2U);
  lost_.LoseAll();
  ASSERT_TRUE(retention_.Run().ok());
  EXPECT_TRUE(batches_.All().empty());
  EXPECT_EQ(history_.size(), 0U);
}

TEST_F(RetentionTest, JobsOfShardsThatThereAreNoMoreAreForgotten) {
  Past(NewUuid(clock_.Now(), 200));
  ASSERT_TRUE(retention_.Run().ok());
  EXPECT_EQ(history_.size(), 0U);
}

TEST_F(RetentionTest, WhoLeadsNoShardForgetsNothing) {
  Past(NewJobId(endpoint_.id));
  const ShardLeader nobody(log_, "b", kTestShards);
  Retention idle(expired_, lost_, nobody);
  ASSERT_TRUE(idle.Run().ok());
  EXPECT_EQ(history_.size(), 1U);
}

}  // namespace
}  // namespace furnace::scheduler
