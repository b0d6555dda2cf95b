#include "services/scheduler/app/rebuilder.h"

#include <functional>

#include "services/scheduler/domain/restoration.h"
#include "services/scheduler/domain/shard.h"
#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/memory_lost_jobs.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class RebuilderTest : public QueueFixture {
 protected:
  RebuilderTest() {
    source_.Put(endpoint_);
    EXPECT_TRUE(catalog_.Refresh().ok());
  }

  // History hears of the job as it is now.
  void Relay(const std::string& id) {
    ASSERT_TRUE(history_.Save(log_.ReadJobs(ShardOfJob(id), {id}).value()).ok());
  }

  Rebuilt Rebuild(const std::string& after = "") {
    const absl::StatusOr<Rebuilt> rebuilt = rebuilder_.Rebuild(after);
    EXPECT_TRUE(rebuilt.ok()) << rebuilt.status();
    return rebuilt.value_or(Rebuilt{});
  }

  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  MemoryLostJobs lost_{queue_};
  Rebuilder rebuilder_{history_, lost_, catalog_, kTestShards};
};

TEST_F(RebuilderTest, WhatWasLostRunsAndEndsAsIfItHadNotBeen) {
  const std::string id = Submit("[7]", /*max_retries=*/1);
  Relay(id);
  lost_.LoseAll();
  EXPECT_EQ(Rebuild().restored, 1);
  const ClaimedJob claimed = Claim().at(0);
  EXPECT_EQ(claimed.lease.job_id, id);
  EXPECT_EQ(claimed.input, "[7]");
  EXPECT_EQ(Settle(claimed.lease, Failure(FailureCause::kHandlerError)),
            SettleResult::kQueuedAgain);
  EXPECT_EQ(Settle(Claim().at(0).lease, Success()), SettleResult::kFinal);
}

TEST_F(RebuilderTest, AnAttemptOfBeforeCanNotEndTheJob) {
  const std::string id = Submit();
  const LeaseId known = Claim().at(0).lease;
  Relay(id);
  Settle(known, Failure(FailureCause::kPlatform));
  const LeaseId unknown = Claim().at(0).lease;  // To history.
  lost_.LoseAll();
  Rebuild();
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
  EXPECT_EQ(Settle(known, Success()), SettleResult::kNotHeld);
  EXPECT_EQ(Settle(unknown, Success()), SettleResult::kNotHeld);
  const LeaseId now = Claim().at(0).lease;
  EXPECT_EQ(now.epoch, known.epoch + kRestoredAhead + 1);
  EXPECT_EQ(Settle(unknown, Success()), SettleResult::kNotHeld);
  EXPECT_EQ(Settle(now, Success()), SettleResult::kFinal);
}

TEST_F(RebuilderTest, LiveJobsAreLeftAlone) {
  const std::string id = Submit();
  Relay(id);
  Claim();
  const Rebuilt rebuilt = Rebuild();
  EXPECT_EQ(rebuilt.examined, 1);
  EXPECT_EQ(rebuilt.live, 1);
  EXPECT_EQ(rebuilt.restored, 0);
  EXPECT_EQ(StatusOf(id), JobStatus::kInProgress);
}

TEST_F(RebuilderTest, TwiceIsAsGoodAsOnce) {
  const std::string id = Submit();
  Relay(id);
  lost_.LoseAll();
  EXPECT_EQ(Rebuild().restored, 1);
  const Rebuilt again = Rebuild();
  EXPECT_EQ(again.live, 1);
  EXPECT_EQ(again.restored, 0);
}

// History, which hears of a job's end between the first question and the second.
class LateHistory final : public UnfinishedJobs {
 public:
  explicit LateHistory(MemoryJobHistory& history) : history_(history) {}
  absl::StatusOr<std::vector<std::string>> List(const std::string& after_id, int limit) override {
    absl::StatusOr<std::vector<std::string>> ids = history_.List(after_id, limit);
    meanwhile();
    return ids;
  }
  absl::StatusOr<std::vector<JobRecord>> Read(const std::vector<std::string>& ids) override {
    return history_.Read(ids);
  }
  std::function<void()> meanwhile = [] {};

 private:
  MemoryJobHistory& history_;
};

TEST_F(RebuilderTest, AJobThatEndsMeanwhileStaysEnded) {
  const std::string id = Submit();
  Relay(id);
  LateHistory late(history_);
  late.meanwhile = [&] {
    Settle(Claim().at(0).lease, Success());
    Relay(id);
    const std::int64_t version = queue_.Live(id)->version;
    ASSERT_TRUE(log_.Forget(ShardOfJob(id), {}, {{id, version}}).ok());
  };
  Rebuilder rebuilder(late, lost_, catalog_, kTestShards);
  const Rebuilt rebuilt = rebuilder.Rebuild("").value();
  EXPECT_EQ(rebuilt.examined, 1);
  EXPECT_EQ(rebuilt.restored, 0);
  EXPECT_EQ(queue_.Live(id), std::nullopt);
}

TEST_F(RebuilderTest, GoesFromPageToPage) {
  for (int i = 0; i < Rebuilder::kPage + 1; ++i) Relay(Submit());
  lost_.LoseAll();
  const Rebuilt first = Rebuild();
  EXPECT_EQ(first.restored, Rebuilder::kPage);
  ASSERT_FALSE(first.last_id.empty());
  const Rebuilt second = Rebuild(first.last_id);
  EXPECT_EQ(second.restored, 1);
  EXPECT_EQ(second.last_id, "");
}

TEST_F(RebuilderTest, AJobOfAnotherNumberOfShardsIsLeftOut) {
  const std::string id = Submit();
  Relay(id);
  lost_.LoseAll();
  // One with which the endpoint lies elsewhere.
  int shards = kTestShards + 1;
  while (ShardOfEndpoint(endpoint_.id, shards) == ShardOfJob(id)) ++shards;
  Rebuilder elsewhere(history_, lost_, catalog_, shards);
  const Rebuilt rebuilt = elsewhere.Rebuild("").value();
  EXPECT_EQ(rebuilt.left_out, 1);
  EXPECT_EQ(rebuilt.restored, 0);
}

TEST_F(RebuilderTest, AJobWhoseEndpointNobodyKnowsIsRestored) {
  const std::string other = NewId();
  const std::string id = Submit(ASubmission(other, endpoint_.project_id));
  Relay(id);
  lost_.LoseAll();
  source_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(rebuilder_.Rebuild("").status()));
  source_.set_status(absl::OkStatus());
  EXPECT_EQ(Rebuild().restored, 1);
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
}

TEST_F(RebuilderTest, WithoutHistoryThereIsNothingToSay) {
  history_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(rebuilder_.Rebuild("").status()));
}

}  // namespace
}  // namespace furnace::scheduler
