#include "services/scheduler/app/submitter.h"

#include <functional>
#include <future>
#include <utility>

#include "services/scheduler/app/await.h"
#include "tests/support/scheduler/submitter_fixture.h"

namespace furnace::scheduler {
namespace {

using SubmitterTest = SubmitterFixture;

TEST_F(SubmitterTest, GivesJobsIdsOfTheirShardAndTheEndpointsPolicy) {
  const Submission submission = submitter_.Prepare(Request({"1", "2"})).value();
  EXPECT_EQ(submission.endpoint_id, endpoint_.id);
  EXPECT_EQ(submission.project_id, endpoint_.project_id);
  EXPECT_EQ(submission.retry, endpoint_.retry);
  ASSERT_EQ(submission.items.size(), 2U);
  EXPECT_LT(submission.items[0].id, submission.items[1].id);
  for (const Submission::Item& item : submission.items) {
    EXPECT_EQ(item.affinity, "rtx4090,rtx4000");
    EXPECT_EQ(ShardOfJob(item.id), ShardOfEndpoint(endpoint_.id, kTestShards));
    EXPECT_EQ(item.priority, 3);
    EXPECT_EQ(item.timeout, absl::Seconds(7));
    EXPECT_FALSE(item.watched);
  }
}

TEST_F(SubmitterTest, AParentIsLookedForAndItsOutputMayBeReferredTo) {
  const std::string parent = submitter_.NewJobId(endpoint_.id);
  const auto prepare = [&](const std::string& input) {
    JobRequest request = Request({input});
    request.items[0].depends_on = {parent};
    EXPECT_FALSE(submitter_.IsQuick(request));
    return submitter_.Prepare(std::move(request));
  };
  EXPECT_TRUE(absl::IsNotFound(prepare("1").status()));
  Submission of_parent = ASubmission(endpoint_.id, endpoint_.project_id);
  of_parent.items[0].id = parent;
  ASSERT_TRUE(Await<SubmitResult>([&](Done<SubmitResult> done) {
                submitter_.Submit(of_parent, std::move(done));
              }).ok());
  EXPECT_FALSE(prepare("1")->items[0].refers_to_outputs);
  EXPECT_TRUE(prepare(R"({"$output":")" + parent + "\"}")->items[0].refers_to_outputs);
  EXPECT_TRUE(absl::IsInvalidArgument(prepare(R"({"$output":"other"})").status()));
}

TEST_F(SubmitterTest, AJobWithAParentIsLinkedBeforeItIsAnswered) {
  Submission of_parent = ASubmission(endpoint_.id, endpoint_.project_id);
  const std::string parent = of_parent.items[0].id;
  const auto submit = [&](Submission submission) {
    ASSERT_TRUE(Await<SubmitResult>([&](Done<SubmitResult> done) {
                  submitter_.Submit(std::move(submission), std::move(done));
                }).ok());
  };
  submit(of_parent);
  JobRequest request = Request({"1"});
  request.items[0].depends_on = {parent};
  const Submission child = submitter_.Prepare(std::move(request)).value();
  submit(child);
  EXPECT_EQ(queue_.Live(child.items[0].id)->status, JobStatus::kWaiting);
  const int shard = ShardOfJob(child.items[0].id);
  EXPECT_TRUE(links_.ReadUnlinked(shard, absl::ZeroDuration(), 10)->empty());
}

TEST_F(SubmitterTest, StoresOnlyInputsThatAreTooLarge) {
  const std::string largest_inline(kInlineBytes, '1');
  const std::string large(kInlineBytes + 1, '1');
  const Submission submission = submitter_.Prepare(Request({largest_inline, large})).value();
  EXPECT_EQ(submission.items[0].input, largest_inline);
  EXPECT_FALSE(submission.items[0].input_stored);
  EXPECT_EQ(submission.items[1].input, "");
  EXPECT_TRUE(submission.items[1].input_stored);
  EXPECT_EQ(payloads_.LoadInput(submission.items[1].id).value(), large);
  EXPECT_TRUE(absl::IsNotFound(payloads_.LoadInput(submission.items[0].id).status()));
}

TEST_F(SubmitterTest, IsQuickUnlessTheRegistryOrTheStoreIsAsked) {
  EXPECT_FALSE(submitter_.IsQuick(Request({"1"})));
  ASSERT_TRUE(catalog_.Refresh().ok());
  EXPECT_TRUE(submitter_.IsQuick(Request({"1", std::string(kInlineBytes, '1')})));
  EXPECT_FALSE(submitter_.IsQuick(Request({"1", std::string(kInlineBytes + 1, '1')})));
}

TEST_F(SubmitterTest, SmallJobsNeedNoPayloadStore) {
  payloads_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(submitter_.Prepare(Request({"1"})).ok());
  EXPECT_TRUE(absl::IsUnavailable(
      submitter_.Prepare(Request({std::string(kInlineBytes + 1, '1')})).status()));
}

TEST_F(SubmitterTest, AForeignEndpointIsNotFound) {
  JobRequest request = Request({"1"});
  request.project_id = NewId();
  EXPECT_TRUE(absl::IsNotFound(submitter_.Prepare(request).status()));
}

TEST_F(SubmitterTest, ANewRecordIsTheJobAsItWillBeQueued) {
  JobRequest request = Request({"1", "2"});
  request.watched = true;
  const Submission submission = submitter_.Prepare(request).value();
  EXPECT_TRUE(submission.items[1].watched);
  const Job job = Upcoming(submission, 1).QueuedAt(clock_.Now()).job;
  EXPECT_EQ(job.id, submission.items[1].id);
  EXPECT_EQ(job.endpoint_id, endpoint_.id);
  EXPECT_EQ(job.project_id, endpoint_.project_id);
  EXPECT_EQ(job.status, JobStatus::kInQueue);
  EXPECT_EQ(job.priority, 3);
  EXPECT_EQ(job.queued_at, clock_.Now());
  EXPECT_EQ(job.version, 1);
}

TEST_F(SubmitterTest, OptionsOfAJobGoBeforeTheEndpoints) {
  endpoint_.queue.ttl = absl::Hours(1);
  ++endpoint_.revision;
  source_.Put(endpoint_);
  ASSERT_TRUE(catalog_.Refresh().ok());
  JobRequest request = Request({"1", "2"});
  request.items[1].ttl = absl::Seconds(5);
  request.items[1].timeout = absl::Seconds(6);
  request.items[1].not_before = clock_.Now() + absl::Seconds(9);
  request.items[1].concurrency_key = "k";
  const Submission submission = submitter_.Prepare(request).value();
  EXPECT_EQ(submission.items[0].ttl, absl::Hours(1));
  EXPECT_EQ(submission.items[1].ttl, absl::Seconds(5));
  EXPECT_EQ(submission.items[1].timeout, absl::Seconds(6));
  const Job job = Upcoming(submission, 1).QueuedAt(clock_.Now()).job;
  EXPECT_EQ(job.status, JobStatus::kDelayed);
  EXPECT_EQ(job.not_before, clock_.Now() + absl::Seconds(9));
  EXPECT_EQ(job.expires_at, clock_.Now() + absl::Seconds(5));
  EXPECT_EQ(job.concurrency_key, "k");
}

TEST_F(SubmitterTest, AJobThatNamesNoWebhookHasItsEndpoints) {
  JobRequest request = Request({"1", "2"});
  request.items[1].webhook = "2 http://job";
  EXPECT_EQ(submitter_.Prepare(request)->items[0].webhook, "");
  endpoint_.webhook = "1 http://endpoint";
  ++endpoint_.revision;
  source_.Put(endpoint_);
  ASSERT_TRUE(catalog_.Refresh().ok());
  const Submission submission = submitter_.Prepare(request).value();
  EXPECT_EQ(submission.items[0].webhook, "1 http://endpoint");
  EXPECT_EQ(submission.items[1].webhook, "2 http://job");
  EXPECT_EQ(Upcoming(submission, 1).record.job.webhook, "2 http://job");
}

TEST_F(SubmitterTest, AWindowIsOfTheJobThatNamesIt) {
  JobRequest request = Request({"1", "2"});
  request.items[0].window = "22:00-06:00,UTC,1111111";
  const Submission submission = submitter_.Prepare(request).value();
  EXPECT_EQ(submission.items[0].affinity, "rtx4090,rtx4000|w=22:00-06:00,UTC,1111111");
  EXPECT_EQ(submission.items[1].affinity, "rtx4090,rtx4000");
  EXPECT_EQ(Upcoming(submission, 0).record.job.affinity, submission.items[0].affinity);
}

TEST_F(SubmitterTest, AJobAsksForGpusOfItsEndpointOnly) {
  endpoint_.fallback_after = absl::Seconds(7);
  ++endpoint_.revision;
  source_.Put(endpoint_);
  ASSERT_TRUE(catalog_.Refresh().ok());
  JobRequest request = Request({"1", "2"});
  request.items[0].affinity = {.gpu_types = {"rtx4000"}, .critical = true};
  request.items[1].affinity = {.vram_min_mib = 5, .region = "eu"};
  const Submission submission = submitter_.Prepare(request).value();
  EXPECT_EQ(submission.items[0].affinity, "rtx4000|c=1|g=1");
  EXPECT_EQ(submission.items[1].affinity, "rtx4090,rtx4000|f=7000000|r=eu|v=5");
  request.items[1].affinity.gpu_types = {"rtx4000", "h100"};
  EXPECT_EQ(submitter_.Prepare(request).status(),
            absl::InvalidArgumentError("options.affinity.gpu_types: h100 is not one of the "
                                       "endpoint's, rtx4090, rtx4000"));
}

TEST_F(SubmitterTest, ATaskGoesToAnEndpointThatDeclaresIt) {
  endpoint_.task_types = {"upscale"};
  ++endpoint_.revision;
  source_.Put(endpoint_);
  JobRequest request = Request({"1"});
  request.endpoint_id.clear();
  request.task_type = "upscale";
  EXPECT_FALSE(submitter_.IsQuick(request));
  EXPECT_EQ(submitter_.Prepare(request)->endpoint_id, endpoint_.id);
  EXPECT_TRUE(submitter_.IsQuick(request));
  request.task_type = "translate";
  EXPECT_TRUE(absl::IsNotFound(submitter_.Prepare(request).status()));
}

TEST_F(SubmitterTest, AFingerprintTellsInputsAndOptionsApart) {
  const auto fingerprint = [this](const std::function<void(JobRequest::Item&)>& change) {
    JobRequest request = Request({"1"});
    request.idempotency_key = "k";
    change(request.items[0]);
    return submitter_.Prepare(request)->fingerprint;
  };
  const std::string same = fingerprint([](auto&) {});
  EXPECT_EQ(fingerprint([](auto&) {}), same);
  EXPECT_NE(fingerprint([](auto& item) { item.input = "2"; }), same);
  EXPECT_NE(fingerprint([](auto& item) { item.priority = 1; }), same);
  EXPECT_NE(fingerprint([](auto& item) { item.ttl = absl::Seconds(1); }), same);
  EXPECT_NE(fingerprint([](auto& item) { item.timeout = absl::Seconds(1); }), same);
  EXPECT_NE(fingerprint([](auto& item) { item.concurrency_key = "1"; }), same);
  EXPECT_NE(fingerprint([](auto& item) { item.window = "22:00-06:00,UTC,1111111"; }), same);
  EXPECT_NE(fingerprint([](auto& item) { item.affinity.region = "eu"; }), same);
  EXPECT_NE(fingerprint([](auto& item) { item.webhook = "1 http://a"; }), same);
  EXPECT_NE(fingerprint([](auto& item) { item.tags = {{"a", "b"}}; }), same);
  EXPECT_NE(fingerprint([](auto& item) { item.not_before = absl::UnixEpoch(); }), same);
  EXPECT_EQ(submitter_.Prepare(Request({"1"}))->fingerprint, "");
}

TEST_F(SubmitterTest, WhatWasNotQueuedLeavesNoInputBehind) {
  const std::string large(kInlineBytes + 1, '1');
  endpoint_.queue.max_queued = 1;
  ++endpoint_.revision;
  source_.Put(endpoint_);
  ASSERT_TRUE(catalog_.Refresh().ok());
  const auto submit = [&](const std::string& key) {
    JobRequest request = Request({large});
    request.idempotency_key = key;
    Submission submission = submitter_.Prepare(request).value();
    const std::string id = submission.items[0].id;
    const absl::Status status = Await<SubmitResult>([&](Done<SubmitResult> done) {
                                  submitter_.Submit(std::move(submission), std::move(done));
                                }).status();
    std::promise<void> flushed;
    EXPECT_TRUE(blocking_.TrySubmit([&flushed] { flushed.set_value(); }));
    flushed.get_future().wait();
    return std::pair(status.code(), payloads_.LoadInput(id).ok());
  };
  using absl::StatusCode;
  EXPECT_EQ(submit("k"), std::pair(StatusCode::kOk, true));
  EXPECT_EQ(submit("k"), std::pair(StatusCode::kOk, false)) << "the first one's job";
  EXPECT_EQ(submit("other"), std::pair(StatusCode::kResourceExhausted, false));
  queue_.FailNext(QueueCall::kSubmit, absl::UnavailableError("down"));
  EXPECT_EQ(submit("x"), std::pair(StatusCode::kUnavailable, true)) << "it may be queued";
}

class LimitedSubmitTest : public SubmitterTest {
 protected:
  absl::StatusOr<SubmitResult> Submit(std::vector<std::string> inputs,
                                      const std::string& key = "") {
    JobRequest request = Request(std::move(inputs));
    request.idempotency_key = key;
    Submission submission = submitter_.Prepare(std::move(request)).value();
    return Await<SubmitResult>([&](Done<SubmitResult> done) {
      submitter_.Submit(std::move(submission), std::move(done));
    });
  }
};

TEST_F(LimitedSubmitTest, WhatPassesTheLimitsIsNotQueued) {
  EXPECT_TRUE(Submit({"1", "2"}).ok());
  const absl::Status refused = Submit({"3", "4"}).status();
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_NE(refused.message().find("at most 3"), std::string::npos) << refused;
  EXPECT_EQ(queue_.calls(QueueCall::kSubmit), 1);
  EXPECT_TRUE(Submit({"3"}).ok());
}

TEST_F(LimitedSubmitTest, OnlyInputsThatLieInTheQueueCount) {
  EXPECT_TRUE(Submit({std::string(kInlineBytes + 1, '1'), std::string(kInlineBytes, '1')}).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(Submit({std::string(101, '1')}).status()));
}

TEST_F(LimitedSubmitTest, ARepeatedSubmitIsAnsweredThoughNothingFits) {
  EXPECT_TRUE(Submit({"1"}, "k").ok());
  EXPECT_TRUE(Submit({"2", "3"}).ok());
  const absl::StatusOr<SubmitResult> again = Submit({"1"}, "k");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_NE(again->known_id, "");
  const absl::Status refused = Submit({"1"}, "other").status();
  EXPECT_NE(refused.message().find("at most 3"), std::string::npos) << refused;
}

class PersistedSubmitTest : public SubmitterTest {
 protected:
  Submission Prepare(const std::string& key = "") {
    JobRequest request = Request({"[1]"});
    request.items[0].persisted = true;
    request.idempotency_key = key;
    return submitter_.Prepare(std::move(request)).value();
  }

  absl::StatusOr<SubmitResult> Submit(Submission submission) {
    return Await<SubmitResult>([&](Done<SubmitResult> done) {
      submitter_.Submit(std::move(submission), std::move(done));
    });
  }

  bool InHistory(const std::string& id) { return history_.Get(id, endpoint_.project_id).ok(); }
};

TEST_F(PersistedSubmitTest, OnlyJobsThatAskForItAreInHistoryOnceAcknowledged) {
  ASSERT_TRUE(catalog_.Refresh().ok());
  JobRequest request = Request({"1", "2"});
  request.items[1].persisted = true;
  const Submission submission = submitter_.Prepare(std::move(request)).value();
  ASSERT_TRUE(Submit(submission).ok());
  EXPECT_FALSE(InHistory(submission.items[0].id));
  EXPECT_TRUE(InHistory(submission.items[1].id));
}

TEST_F(PersistedSubmitTest, AJobThatMayNotBePersistedIsNotAcknowledged) {
  history_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(Submit(Prepare()).status()));
}

TEST_F(PersistedSubmitTest, AKnownJobIsPersistedBeforeItIsAcknowledgedAgain) {
  history_.set_status(absl::UnavailableError("down"));
  const Submission first = Prepare("k");
  EXPECT_FALSE(Submit(first).ok());
  EXPECT_FALSE(Submit(Prepare("k")).ok());
  history_.set_status(absl::OkStatus());
  EXPECT_EQ(Submit(Prepare("k"))->known_id, first.items[0].id);
  EXPECT_TRUE(InHistory(first.items[0].id));
}

TEST_F(PersistedSubmitTest, WhatCanNotBePersistedSoonIsNotQueued) {
  const auto room = persister_.Reserve(Persister::kMaxJobs);
  const Submission submission = Prepare();
  EXPECT_TRUE(absl::IsResourceExhausted(Submit(submission).status()));
  EXPECT_EQ(queue_.Live(submission.items[0].id), std::nullopt);
}

TEST_F(PersistedSubmitTest, ARefusedJobIsNotPersisted) {
  queue_.FailNext(QueueCall::kSubmit, absl::ResourceExhaustedError("full"));
  const Submission submission = Prepare();
  EXPECT_TRUE(absl::IsResourceExhausted(Submit(submission).status()));
  EXPECT_FALSE(InHistory(submission.items[0].id));
}

TEST_F(SubmitterTest, AnIdThatIsGivenIsTakenAndItsInputKept) {
  const std::string large(kInlineBytes + 1, '1');
  const std::string id = NewJobId(endpoint_.id);
  const auto submit = [&] {
    JobRequest request = Request({large});
    request.items[0].id = id;
    request.idempotency_key = "k";
    Submission submission = submitter_.Prepare(request).value();
    EXPECT_EQ(submission.items[0].id, id);
    const auto result = Await<SubmitResult>([&](Done<SubmitResult> done) {
      submitter_.Submit(std::move(submission), std::move(done));
    });
    std::promise<void> flushed;
    EXPECT_TRUE(blocking_.TrySubmit([&flushed] { flushed.set_value(); }));
    flushed.get_future().wait();
    return result.value().known_id;
  };
  EXPECT_EQ(submit(), "");
  EXPECT_EQ(submit(), id);
  EXPECT_EQ(payloads_.LoadInput(id).value(), large) << "it is the first one's, too";
}

}  // namespace
}  // namespace furnace::scheduler
