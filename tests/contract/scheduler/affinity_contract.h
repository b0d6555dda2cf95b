// What every JobQueue with its ShardLog must do about which worker gets a job.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

template <typename Backend>
class AffinityContract : public JobQueueContract<Backend> {
 protected:
  using Ids = std::vector<std::string>;

  std::string SubmitFor(const Affinity& affinity, const std::string& key = "") {
    Submission submission = this->Jobs();
    submission.items[0].affinity = AffinityClass(affinity);
    submission.items[0].concurrency_key = key;
    std::string id = submission.items[0].id;
    this->Submit(std::move(submission));
    return id;
  }

  ClaimRequest ForOne(const std::string& gpu_type, const WorkerTraits& traits = {}) {
    WorkerOnGpu worker = AWorker();
    worker.gpu_type = gpu_type;
    return {.endpoint_id = this->endpoint_,
            .workers = {{.worker = worker, .traits = traits, .jobs = 1}},
            .lease = absl::Hours(1)};
  }

  Ids Take(const ClaimRequest& request) { return this->IdsOf(this->Claim(request).jobs); }
};
TYPED_TEST_SUITE_P(AffinityContract);

TYPED_TEST_P(AffinityContract, AFallbackGetsAJobOnlyAfterItsWait) {
  const std::string id =
      this->SubmitFor({.gpu_types = {"h100", "a100"}, .fallback_after = absl::Hours(1)});
  const Claimed fallback = this->Claim(this->ForOne("a100"));
  EXPECT_TRUE(fallback.jobs.empty());
  EXPECT_TRUE(fallback.again);
  const Claimed other = this->Claim(this->ForOne("rtx4000"));
  EXPECT_TRUE(other.jobs.empty());
  EXPECT_FALSE(other.again) << "no wait makes it fit";
  EXPECT_EQ(this->Take(this->ForOne("h100")), (std::vector{id}));

  const std::string patient =
      this->SubmitFor({.gpu_types = {"h100", "a100"}, .fallback_after = absl::Milliseconds(1)});
  this->PassTime(absl::Milliseconds(2));
  EXPECT_EQ(this->Take(this->ForOne("a100")), (std::vector{patient}));
}

TYPED_TEST_P(AffinityContract, AWorkerGetsNoJobThatAsksForMoreThanItHas) {
  const WorkerTraits federated{.vram_mib = 1000, .region = "us", .federated = true};
  const std::string id = this->SubmitFor({.vram_min_mib = 2000});
  const std::string eu = this->SubmitFor({.region = "eu"});
  const std::string central = this->SubmitFor({.central_only = true});
  EXPECT_TRUE(this->Take(this->ForOne("a100", federated)).empty());
  EXPECT_EQ(this->Take(this->ForOne("a100", {.vram_mib = 2000})), (std::vector{id}));
  EXPECT_EQ(this->Take(this->ForOne("a100", {.region = "eu"})), (std::vector{eu}));
  EXPECT_EQ(this->Take(this->ForOne("a100")), (std::vector{central}));
}

TYPED_TEST_P(AffinityContract, AJobGoesToAWorkerWithItsModelWarm) {
  const std::string id = this->SubmitFor({.model = "llama"});
  ClaimRequest request = this->ForOne("a100");
  request.warm = {"llama", "sdxl"};
  const Claimed cold = this->Claim(request);
  EXPECT_TRUE(cold.jobs.empty());
  EXPECT_TRUE(cold.again);
  WorkerRoom warm = request.workers[0];
  warm.worker.worker_id = "w-2";
  warm.traits.models = {"sdxl", "llama"};
  request.workers.push_back(warm);
  const Claimed claimed = this->Claim(request);
  ASSERT_EQ(claimed.jobs.size(), 1U);
  EXPECT_EQ(claimed.jobs[0].worker_id, "w-2");
  EXPECT_EQ(claimed.jobs[0].lease.job_id, id);

  const std::string nowhere = this->SubmitFor({.model = "flux"});
  EXPECT_EQ(this->Take(this->ForOne("a100")), (std::vector{nowhere}));
}

TYPED_TEST_P(AffinityContract, ClassesAreServedInTheOrderOfTheirHeads) {
  const std::string first = this->SubmitFor({.gpu_types = {"a100"}});
  const std::string second = this->SubmitFor({.region = "eu"});
  const std::string third = this->SubmitFor({.gpu_types = {"a100"}});
  ClaimRequest request = this->ForOne("a100", {.region = "eu"});
  request.workers[0].jobs = 3;
  EXPECT_EQ(this->Take(request), (std::vector{first, second, third}));
}

TYPED_TEST_P(AffinityContract, CriticalJobsGoBeforeAllOthersInTheirOwnOrder) {
  Submission urgent = this->Jobs();
  urgent.items[0].priority = 10;
  this->Submit(urgent);
  const std::string first = this->SubmitFor({.critical = true});
  const std::string second = this->SubmitFor({.critical = true});
  ClaimRequest request = this->ForOne("rtx4000");
  request.workers[0].jobs = 3;
  EXPECT_EQ(this->Take(request), (std::vector{first, second, urgent.items[0].id}));
}

TYPED_TEST_P(AffinityContract, AClaimTellsWhichModelAJobNames) {
  this->SubmitFor({.region = "eu", .model = "llama"});
  this->SubmitFor({});
  ClaimRequest request = this->ForOne("a100", {.region = "eu"});
  request.workers[0].jobs = 2;
  const auto claimed = this->Claim(request).jobs;
  ASSERT_EQ(claimed.size(), 2U);
  EXPECT_EQ(claimed[0].model, "llama");
  EXPECT_EQ(claimed[1].model, "");
}

TYPED_TEST_P(AffinityContract, AClassThatWasEmptyServesItsNextJobs) {
  const ClaimRequest request = this->ForOne("a100", {.region = "eu"});
  for (int i = 0; i < 3; ++i) {
    const std::string id = this->SubmitFor({.region = "eu"});
    EXPECT_EQ(this->Take(request), (std::vector{id}));
    EXPECT_TRUE(this->Take(request).empty());
  }
}

TYPED_TEST_P(AffinityContract, AJobThatWaitsForItsKeyIsFoundAfterItsClassWasEmpty) {
  const ClaimRequest request = this->ForOne("a100", {.region = "eu"});
  this->SubmitFor({.region = "eu"}, "k");
  const std::string second = this->SubmitFor({.region = "eu"}, "k");
  const auto running = this->Claim(request).jobs;
  ASSERT_EQ(running.size(), 1U);
  EXPECT_TRUE(this->Take(request).empty());
  this->Settle(running[0].lease, this->Success());
  EXPECT_EQ(this->Take(request), (std::vector{second}));
}

TYPED_TEST_P(AffinityContract, AnEndpointsWaitingJobsAskForAHundredDifferentThingsAtMost) {
  const auto asking = [this](int first, int count, std::optional<absl::Time> not_before) {
    Submission submission = this->Jobs(count);
    for (int i = 0; i < count; ++i) {
      Submission::Item& item = submission.items[static_cast<std::size_t>(i)];
      item.affinity = AffinityClass({.vram_min_mib = first + i});
      item.not_before = not_before;
    }
    return submission;
  };
  EXPECT_TRUE(absl::IsResourceExhausted(this->TrySubmit(asking(1, 101, std::nullopt)).status()));
  const absl::Time queued_at = this->Submit(asking(1, 50, std::nullopt));
  this->Submit(asking(51, 50, queued_at + absl::Hours(1)));
  EXPECT_TRUE(absl::IsResourceExhausted(this->TrySubmit(asking(101, 1, std::nullopt)).status()));
  this->Submit(asking(100, 1, std::nullopt));
  this->Submit(this->Jobs());
  ClaimRequest request = this->ForOne("a100", {.vram_mib = 50});
  request.workers[0].jobs = 99;
  EXPECT_EQ(this->Claim(request).jobs.size(), 50U);
  this->Submit(asking(101, 1, std::nullopt));
}

TYPED_TEST_P(AffinityContract, ASurveyTellsWhatTheWaitingJobsAskFor) {
  const Affinity eu{.gpu_types = {"a100"}, .region = "eu", .critical = true};
  this->SubmitFor(eu);
  this->SubmitFor(eu);
  this->SubmitFor({});
  this->Take(this->ForOne("h100"));
  const QueueSnapshot survey = this->Survey();
  EXPECT_EQ(survey.queued, 2);
  ASSERT_EQ(survey.classes.size(), 1U);
  EXPECT_EQ(survey.classes[0].affinity, eu);
  EXPECT_EQ(survey.classes[0].queued, 2);
  EXPECT_GE(survey.classes[0].oldest_wait, absl::ZeroDuration());
}

REGISTER_TYPED_TEST_SUITE_P(AffinityContract, AFallbackGetsAJobOnlyAfterItsWait,
                            AWorkerGetsNoJobThatAsksForMoreThanItHas,
                            AJobGoesToAWorkerWithItsModelWarm,
                            ClassesAreServedInTheOrderOfTheirHeads,
                            CriticalJobsGoBeforeAllOthersInTheirOwnOrder,
                            AClaimTellsWhichModelAJobNames, AClassThatWasEmptyServesItsNextJobs,
                            AJobThatWaitsForItsKeyIsFoundAfterItsClassWasEmpty,
                            AnEndpointsWaitingJobsAskForAHundredDifferentThingsAtMost,
                            ASurveyTellsWhatTheWaitingJobsAskFor);

}  // namespace furnace::scheduler
