// Submits of projects that have a quota of requests.
#include "services/scheduler/app/submitter.h"
#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/fake_quota_source.h"
#include "tests/support/scheduler/memory_queue_loads.h"
#include "tests/support/scheduler/memory_request_counts.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class CountedSubmitTest : public QueueFixture {
 protected:
  CountedSubmitTest() {
    source_.Put(endpoint_);
    SetQuota(3);
  }

  void SetQuota(std::int64_t requests_per_day) {
    quota_source_.quotas = {{endpoint_.project_id, {.max_requests_per_day = requests_per_day}}};
    EXPECT_TRUE(quotas_.Refresh().ok());
  }
  absl::StatusOr<SubmitResult> Submit(std::vector<std::string> inputs, const std::string& key = "",
                                      bool persisted = false) {
    JobRequest request;
    request.project_id = endpoint_.project_id;
    request.endpoint_id = endpoint_.id;
    request.idempotency_key = key;
    for (std::string& input : inputs) {
      request.items.push_back({.input = std::move(input), .persisted = persisted});
    }
    Submission submission = submitter_.Prepare(std::move(request)).value();
    return Await<SubmitResult>([&](Done<SubmitResult> done) {
      submitter_.Submit(std::move(submission), std::move(done));
    });
  }

  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  runtime::ThreadPool blocking_{1, 100};
  Persister persister_{log_, history_, blocking_};
  MemoryQueueLoads loads_{queue_};
  Admission admission_{loads_, catalog_, {}};
  FakeQuotaSource quota_source_;
  ProjectQuotas quotas_{quota_source_};
  MemoryRequestCounts counts_{clock_};
  RequestQuota requests_{quotas_, counts_, clock_};
  Submitter submitter_{catalog_,      queue_,    payloads_, persister_,  admission_,
                       dependencies_, blocking_, clock_,    kTestShards, &requests_};
};

TEST_F(CountedSubmitTest, JobsOfADayAreCountedAndABatchWhole) {
  EXPECT_TRUE(Submit({"1", "2"}).ok());
  const absl::Status refused = Submit({"3", "4"}).status();
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_NE(refused.message().find("max_requests_per_day"), std::string::npos) << refused;
  EXPECT_EQ(queue_.calls(QueueCall::kSubmit), 1);
  EXPECT_TRUE(Submit({"3"}, "", /*persisted=*/true).ok());
  EXPECT_FALSE(Submit({"4"}).ok());
  clock_.Advance(absl::Hours(24));
  EXPECT_TRUE(Submit({"4"}).ok());
}

TEST_F(CountedSubmitTest, ARepeatedSubmitDoesNotCountAndIsAnsweredWhenNoOtherIs) {
  EXPECT_TRUE(Submit({"1"}, "k").ok());
  for (int i = 0; i < 5; ++i) EXPECT_NE(Submit({"1"}, "k")->known_id, "");
  EXPECT_TRUE(absl::IsAlreadyExists(Submit({"2"}, "k").status()));
  EXPECT_TRUE(Submit({"2", "3"}).ok());
  EXPECT_NE(Submit({"1"}, "k")->known_id, "");
  const absl::Status refused = Submit({"1"}, "other").status();
  EXPECT_NE(refused.message().find("max_requests_per_day"), std::string::npos) << refused;
}

TEST_F(CountedSubmitTest, WhatIsRefusedDoesNotCountAndWhatMayBeQueuedDoes) {
  queue_.FailNext(QueueCall::kSubmit, absl::ResourceExhaustedError("full"));
  EXPECT_FALSE(Submit({"1", "2", "3"}).ok());
  queue_.FailNext(QueueCall::kSubmit, absl::UnavailableError("down"));
  EXPECT_FALSE(Submit({"1", "2"}).ok());
  EXPECT_FALSE(Submit({"1", "2"}).ok());
  EXPECT_TRUE(Submit({"1"}).ok());
}

TEST_F(CountedSubmitTest, WithoutTheQuotaNothingIsCounted) {
  SetQuota(0);
  EXPECT_TRUE(Submit({"1", "2", "3", "4"}).ok());
  EXPECT_FALSE(counts_.Knows(endpoint_.project_id));
}

TEST_F(CountedSubmitTest, WhatCannotBeCountedIsNotQueued) {
  counts_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(Submit({"1"}).status()));
  EXPECT_EQ(queue_.calls(QueueCall::kSubmit), 0);
}

}  // namespace
}  // namespace furnace::scheduler
