#include "services/scheduler/app/sweeper.h"

#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/memory_worker_lives.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class SweeperTest : public QueueFixture {
 protected:
  SweeperTest() {
    leader_.Renew();
    dispatcher_.Join({.worker = AWorker(), .endpoint_id = endpoint_.id, .leases = {}, .credits = 1},
                     link_);
  }

  runtime::ThreadPool blocking_{1, 100};
  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  JobReader reader_{queue_, history_, payloads_};
  JobWatchers watchers_{queue_, reader_, blocking_};
  ProgressReports reports_{queue_, watchers_, "replica"};
  MemoryWorkerLives lives_{queue_};
  Lifetimes lifetimes_{lives_, catalog_, clock_, absl::Seconds(15)};
  Dispatcher dispatcher_{queue_,     catalog_,  payloads_, reader_,          reports_,
                         lifetimes_, blocking_, clock_,    absl::Seconds(15)};
  ShardLeader leader_{log_, "a", kTestShards};
  Sweeper sweeper_{log_, leader_, dispatcher_};
  const std::shared_ptr<RecordingWorkerLink> link_ = std::make_shared<RecordingWorkerLink>();
};

TEST_F(SweeperTest, ALapsedLeaseIsTakenBackAndTheWorkerTold) {
  const std::string id = Submit();
  dispatcher_.Wake(endpoint_.id);
  clock_.Advance(absl::Seconds(15) - absl::Microseconds(1));
  sweeper_.Sweep();
  EXPECT_EQ(StatusOf(id), JobStatus::kInProgress);
  clock_.Advance(absl::Microseconds(1));
  sweeper_.Sweep();
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
  EXPECT_EQ(queue_.Live(id)->loss_count, 1);
  EXPECT_EQ(link_->received().lost, (std::vector<LeaseId>{{.job_id = id, .epoch = 1}}));
  EXPECT_EQ(dispatcher_.Workers()[0].jobs, 0);
}

TEST_F(SweeperTest, ALeaseThatIsRenewedDoesNotLapse) {
  const std::string id = Submit();
  dispatcher_.Wake(endpoint_.id);
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(absl::Seconds(14));
    dispatcher_.Heartbeat("w-1", {{.lease = {.job_id = id, .epoch = 1}}});
    sweeper_.Sweep();
  }
  EXPECT_EQ(StatusOf(id), JobStatus::kInProgress);
}

TEST_F(SweeperTest, ShardsThatOthersLeadAreLeftAlone) {
  const std::string id = Submit();
  dispatcher_.Wake(endpoint_.id);
  clock_.Advance(absl::Minutes(1));
  ShardLeader nobody(log_, "b", kTestShards);
  Sweeper(log_, nobody, dispatcher_).Sweep();
  EXPECT_EQ(StatusOf(id), JobStatus::kInProgress);
}

TEST_F(SweeperTest, AQueueThatIsAwayIsSweptLater) {
  const std::string id = Submit();
  dispatcher_.Wake(endpoint_.id);
  clock_.Advance(absl::Minutes(1));
  log_.set_status(absl::UnavailableError("down"));
  sweeper_.Sweep();
  log_.set_status(absl::OkStatus());
  EXPECT_EQ(StatusOf(id), JobStatus::kInProgress);
  sweeper_.Sweep();
  EXPECT_EQ(StatusOf(id), JobStatus::kInQueue);
}

}  // namespace
}  // namespace furnace::scheduler
