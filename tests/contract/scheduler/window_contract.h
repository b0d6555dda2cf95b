// What every JobQueue with its ShardLog must do about jobs that have a time window.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/contract/scheduler/job_queue_fixture.h"

namespace furnace::scheduler {

template <typename Backend>
class WindowContract : public JobQueueContract<Backend> {
 protected:
  using Ids = std::vector<std::string>;
  using Windows = std::map<std::string, bool>;

  static constexpr char kNight[] = "22:00-06:00,Europe/Berlin,1111111";
  static constexpr char kDay[] = "06:00-22:00,Etc/GMT+5,1111100";

  Submission JobIn(const std::string& window) {
    Submission submission = this->Jobs();
    submission.items[0].affinity = AffinityClass({.gpu_types = {"rtx4000"}, .window = window});
    return submission;
  }

  std::string SubmitIn(const std::string& window) {
    Submission submission = JobIn(window);
    std::string id = submission.items[0].id;
    this->Submit(std::move(submission));
    return id;
  }

  Claimed ClaimWith(const Windows& windows, int jobs = 10) {
    return this->Claim(ClaimRequest{.endpoint_id = this->endpoint_,
                                    .workers = {{.worker = AWorker(), .jobs = jobs}},
                                    .lease = absl::Hours(1),
                                    .windows = windows});
  }
};
TYPED_TEST_SUITE_P(WindowContract);

TYPED_TEST_P(WindowContract, AJobStartsOnlyWhileItsWindowIsOpen) {
  const std::string night = this->SubmitIn(this->kNight);
  const std::string day = this->SubmitIn(this->kDay);
  const std::string any = this->SubmitIn("");
  EXPECT_EQ(this->IdsOf(this->ClaimWith({{this->kNight, false}, {this->kDay, true}}).jobs),
            (std::vector{day, any}));
  const Claimed none = this->ClaimWith({{this->kNight, false}, {this->kDay, true}});
  EXPECT_TRUE(none.jobs.empty());
  EXPECT_TRUE(none.unknown_windows.empty());
  EXPECT_EQ(this->IdsOf(this->ClaimWith({{this->kNight, true}}).jobs), (std::vector{night}));
}

TYPED_TEST_P(WindowContract, WindowsThatAreNotKnownAreNamedAndTheirJobsPassedOver) {
  this->SubmitIn(this->kNight);
  this->SubmitIn(this->kNight);
  const std::string any = this->SubmitIn("");
  const Claimed claimed = this->ClaimWith({{this->kDay, true}});
  EXPECT_EQ(this->IdsOf(claimed.jobs), std::vector<std::string>({any}));
  EXPECT_EQ(claimed.unknown_windows, std::vector<std::string>({this->kNight}));
}

TYPED_TEST_P(WindowContract, AJobThatRunsWhenItsWindowClosesGoesOnAndWaitsForItWhenItFails) {
  Submission submission = this->JobIn(this->kNight);
  submission.retry.max_retries = 1;
  this->Submit(std::move(submission));
  const Claimed claimed = this->ClaimWith({{this->kNight, true}});
  ASSERT_EQ(claimed.jobs.size(), 1U);
  EXPECT_TRUE(this->ClaimWith({{this->kNight, false}}).jobs.empty());
  EXPECT_EQ(this->Settle(claimed.jobs[0].lease, this->Failure(FailureCause::kHandlerError)),
            SettleResult::kQueuedAgain);
  EXPECT_TRUE(this->ClaimWith({{this->kNight, false}}).jobs.empty());
  EXPECT_EQ(this->ClaimWith({{this->kNight, true}}).jobs.size(), 1U);
}

TYPED_TEST_P(WindowContract, ASurveyTellsTheWindowsOfJobsThatWait) {
  this->SubmitIn(this->kNight);
  this->SubmitIn(this->kNight);
  const QueueSnapshot survey = this->Survey();
  EXPECT_EQ(survey.queued, 2);
  ASSERT_EQ(survey.classes.size(), 1U);
  EXPECT_EQ(survey.classes[0].affinity.window, this->kNight);
  EXPECT_EQ(survey.classes[0].queued, 2);
}

TYPED_TEST_P(WindowContract, APlaceTellsTheWindowsOfJobsThatGoBefore) {
  this->SubmitIn(this->kNight);
  this->SubmitIn(this->kNight);
  this->SubmitIn(this->kDay);
  const std::string any = this->SubmitIn("");
  const QueuePlace place = this->Locate(any).value();
  EXPECT_EQ(place.position, 4);
  EXPECT_EQ(place.before, (std::map<std::string, int>{{this->kNight, 2}, {this->kDay, 1}}));
}

TYPED_TEST_P(WindowContract, AnEndpointsJobsHaveOnlySoManyWindows) {
  const auto window = [](int minute) {
    return "10:00-11:" + std::to_string(10 + minute % 50) + ",Etc/GMT+" +
           std::to_string(1 + minute / 50) + ",1111111";
  };
  for (int i = 0; i < 100; ++i) this->SubmitIn(window(i));
  EXPECT_TRUE(absl::IsResourceExhausted(this->TrySubmit(this->JobIn(window(100))).status()));
  EXPECT_EQ(this->Survey().queued, 100) << "nothing of it is queued";
  this->SubmitIn(window(99));
  this->SubmitIn("");  // Those without a window are not held up.
  EXPECT_EQ(this->Purge(), 102);
  this->SubmitIn(window(100));
}

REGISTER_TYPED_TEST_SUITE_P(WindowContract, AJobStartsOnlyWhileItsWindowIsOpen,
                            WindowsThatAreNotKnownAreNamedAndTheirJobsPassedOver,
                            AJobThatRunsWhenItsWindowClosesGoesOnAndWaitsForItWhenItFails,
                            ASurveyTellsTheWindowsOfJobsThatWait,
                            APlaceTellsTheWindowsOfJobsThatGoBefore,
                            AnEndpointsJobsHaveOnlySoManyWindows);

}  // namespace furnace::scheduler
