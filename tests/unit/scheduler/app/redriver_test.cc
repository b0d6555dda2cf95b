#include "services/scheduler/app/redriver.h"

#include <gtest/gtest.h>

#include "services/scheduler/domain/shard.h"
#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class RedriverTest : public QueueFixture {
 protected:
  RedriverTest() {
    source_.Put(endpoint_);
    EXPECT_TRUE(catalog_.Refresh().ok());
  }

  std::string Fail() { return Complete(Failure(FailureCause::kHandlerError)); }

  // Moves a final job from the queue to history, as the relay does.
  void Relay(const std::string& id) {
    const int shard = ShardOfJob(id);
    const std::vector<JobRecord> records = log_.ReadJobs(shard, {id}).value();
    ASSERT_TRUE(history_.Save(records).ok());
    ASSERT_TRUE(log_.Forget(shard, {}, {{id, records.at(0).job.version}}).ok());
    ASSERT_EQ(queue_.Live(id), std::nullopt);
  }

  absl::Status Redrive(const std::string& id) {
    return redriver_.Redrive(id, endpoint_.project_id);
  }

  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  JobReader reader_{queue_, history_, payloads_};
  Redriver redriver_{queue_, reader_, history_, catalog_};
};

TEST_F(RedriverTest, AFailedJobRunsAgainWhetherInTheQueueOrInHistory) {
  const std::string live = Fail();
  const std::string past = Fail();
  Relay(past);
  for (const std::string& id : {live, past}) {
    EXPECT_TRUE(Redrive(id).ok());
    EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
    EXPECT_EQ(Claim().at(0).input, "1");
  }
}

TEST_F(RedriverTest, AJobInAnotherStateStaysAsItIs) {
  const std::string done = Complete(Success());
  EXPECT_TRUE(absl::IsFailedPrecondition(Redrive(done)));
  EXPECT_TRUE(absl::IsFailedPrecondition(Redrive(Submit())));
  Relay(done);
  EXPECT_TRUE(absl::IsFailedPrecondition(Redrive(done)));
  EXPECT_EQ(queue_.Live(done), std::nullopt);
}

TEST_F(RedriverTest, AForeignJobLooksLikeNone) {
  const std::string live = Fail();
  EXPECT_TRUE(absl::IsNotFound(redriver_.Redrive(live, NewId())));
  EXPECT_TRUE(absl::IsNotFound(Redrive(NewJobId(endpoint_.id))));
  Relay(live);
  EXPECT_TRUE(absl::IsNotFound(redriver_.Redrive(live, NewId())));
}

TEST_F(RedriverTest, AJobOfADeletedEndpointStaysDead) {
  const std::string id = Fail();
  Endpoint deleted = endpoint_;
  deleted.deleted = true;
  ++deleted.revision;
  source_.Put(deleted);
  ASSERT_TRUE(catalog_.Refresh().ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Redrive(id)));
  EXPECT_EQ(StatusOf(id), JobStatus::kFailed);
}

TEST_F(RedriverTest, AllDeadLettersOfAnEndpointAreRedrivenInTurns) {
  const int count = Redriver::kMaxRedriven + 3;
  for (int i = 0; i < count; ++i) Relay(Fail());
  const Redriven first = redriver_.RedriveAll(endpoint_.id, endpoint_.project_id).value();
  EXPECT_EQ(first.jobs, Redriver::kMaxRedriven);
  EXPECT_TRUE(first.more);
  EXPECT_EQ(Claim(count).size(), static_cast<std::size_t>(Redriver::kMaxRedriven));
}

TEST_F(RedriverTest, WhatHistoryShowsTooLateIsNotRedrivenTwice) {
  const std::string id = Fail();
  Relay(id);
  EXPECT_EQ(redriver_.RedriveAll(endpoint_.id, endpoint_.project_id)->jobs, 1);
  EXPECT_EQ(redriver_.RedriveAll(endpoint_.id, endpoint_.project_id)->jobs, 0);
}

TEST_F(RedriverTest, APurgeIsForTheProjectsOwnEndpoint) {
  Submit();
  EXPECT_TRUE(absl::IsNotFound(redriver_.Purge(endpoint_.id, NewId()).status()));
  EXPECT_EQ(redriver_.Purge(endpoint_.id, endpoint_.project_id).value(), 1);
  EXPECT_EQ(redriver_.Purge(endpoint_.id, endpoint_.project_id).value(), 0);
}

TEST_F(RedriverTest, ErrorsOfTheQueueArePassedOn) {
  const std::string id = Fail();
  queue_.FailNext(QueueCall::kRedrive, absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(Redrive(id)));
  queue_.FailNext(QueueCall::kPurge, absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(redriver_.Purge(endpoint_.id, endpoint_.project_id).status()));
}

}  // namespace
}  // namespace furnace::scheduler
