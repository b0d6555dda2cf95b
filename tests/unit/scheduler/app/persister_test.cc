#include "services/scheduler/app/persister.h"

#include <future>

#include "services/scheduler/domain/shard.h"
#include "tests/support/scheduler/memory_lost_jobs.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class PersisterTest : public QueueFixture {
 protected:
  using Ids = std::vector<std::string>;

  std::future<absl::Status> Save(Ids ids) {
    auto saved = std::make_shared<std::promise<absl::Status>>();
    std::future<absl::Status> status = saved->get_future();
    persister_.Save(persister_.Reserve(ids.size()).value(), std::move(ids), endpoint_.project_id,
                    [saved](absl::Status result) { saved->set_value(std::move(result)); });
    return status;
  }

  absl::StatusOr<JobRecord> Past(const std::string& id) {
    return history_.Get(id, endpoint_.project_id);
  }

  // Keeps the only thread of the pool busy until the promise is kept.
  std::promise<void> Occupy() {
    std::promise<void> free;
    auto freed = std::make_shared<std::future<void>>(free.get_future());
    EXPECT_TRUE(blocking_.TrySubmit([freed] { freed->wait(); }));
    return free;
  }

  Persister persister_{log_, history_, blocking_};
  runtime::ThreadPool blocking_{1, 100};
};

TEST_F(PersisterTest, AJobIsInHistoryWithItsInput) {
  const std::string id = Submit("[1,2]");
  EXPECT_TRUE(Save({id}).get().ok());
  EXPECT_EQ(Past(id)->job.input, "[1,2]");
  EXPECT_EQ(Past(id)->job.version, 1);
}

TEST_F(PersisterTest, CallsThatComeMeanwhileGoTogether) {
  std::promise<void> free = Occupy();
  std::vector<std::future<absl::Status>> calls;
  for (int i = 0; i < 5; ++i) calls.push_back(Save({Submit(), Submit()}));
  free.set_value();
  for (auto& call : calls) EXPECT_TRUE(call.get().ok());
  EXPECT_EQ(history_.saves(), std::vector<std::size_t>{10});
}

TEST_F(PersisterTest, AFailureIsToldAsUnavailable) {
  history_.set_status(absl::UnavailableError("down"));
  const std::string id = Submit();
  EXPECT_TRUE(absl::IsUnavailable(Save({id}).get()));
  history_.set_status(absl::InvalidArgumentError("odd"));
  EXPECT_TRUE(absl::IsUnavailable(Save({id}).get()));
  history_.set_status(absl::OkStatus());
  EXPECT_TRUE(Save({id}).get().ok());
}

TEST_F(PersisterTest, AJobThatHasEndedAndLeftIsInHistoryAlready) {
  const std::string id = Complete(Success());
  const int shard = ShardOfJob(id);
  ASSERT_TRUE(history_.Save(log_.ReadJobs(shard, {id}).value()).ok());
  ASSERT_TRUE(log_.Forget(shard, {}, {{id, queue_.Live(id)->version}}).ok());
  EXPECT_TRUE(Save({id}).get().ok());
}

TEST_F(PersisterTest, AJobThatTheQueueLostMeanwhileIsNotAcknowledged) {
  std::promise<void> free = Occupy();
  const std::string id = Submit();
  std::future<absl::Status> lost = Save({id});
  MemoryLostJobs(queue_).LoseAll();
  const std::string kept_id = Submit();
  std::future<absl::Status> kept = Save({kept_id});
  free.set_value();
  EXPECT_TRUE(absl::IsUnavailable(lost.get()));
  EXPECT_TRUE(kept.get().ok());
}

TEST_F(PersisterTest, RoomIsBoundedAndComesBack) {
  {
    const auto all = persister_.Reserve(Persister::kMaxJobs);
    ASSERT_TRUE(all.ok());
    EXPECT_TRUE(absl::IsResourceExhausted(persister_.Reserve(1).status()));
  }
  EXPECT_TRUE(persister_.Reserve(1).ok());
  EXPECT_TRUE(Save({Submit()}).get().ok());
}

TEST_F(PersisterTest, APoolThatTakesNothingIsToldAtOnce) {
  blocking_.Stop();
  EXPECT_TRUE(absl::IsUnavailable(Save({Submit()}).get()));
  EXPECT_TRUE(absl::IsUnavailable(Save({Submit()}).get()));
}

}  // namespace
}  // namespace furnace::scheduler
