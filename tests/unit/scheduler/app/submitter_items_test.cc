// What a job asks for is in what is queued.
#include "services/scheduler/app/submitter.h"
#include "services/scheduler/domain/affinity.h"
#include "tests/support/scheduler/schedule_fixture.h"

namespace furnace::scheduler {
namespace {

using SubmitterItemsTest = ScheduleFixture;

TEST_F(SubmitterItemsTest, WhatAJobAsksForIsHandedOnToTheQueue) {
  JobRequest request{.project_id = endpoint_.project_id, .endpoint_id = endpoint_.id, .items = {}};
  request.items.push_back({.input = "1"});
  request.items[0].s3_config = R"({"bucketName":"b"})";
  request.items[0].webhook = "1 https://a/";
  request.items[0].concurrency_key = "k";
  const Submission submission = submitter_.Prepare(std::move(request)).value();
  EXPECT_EQ(submission.items[0].s3_config, R"({"bucketName":"b"})");
  EXPECT_EQ(submission.items[0].webhook, "1 https://a/");
  EXPECT_EQ(submission.items[0].concurrency_key, "k");
}

TEST_F(SubmitterItemsTest, AJobStartsAWorkerWhateverItsPriorityUnlessItAsksForNone) {
  const auto is_background = [this](int priority, bool starts_no_worker) {
    JobRequest request{
        .project_id = endpoint_.project_id, .endpoint_id = endpoint_.id, .items = {}};
    request.items.push_back({.input = "1", .priority = priority});
    request.items[0].affinity.background = starts_no_worker;
    const Submission submission = submitter_.Prepare(std::move(request)).value();
    return ParseAffinityClass(submission.items[0].affinity).background;
  };
  EXPECT_FALSE(is_background(-10, false));
  EXPECT_TRUE(is_background(-10, true));
  EXPECT_TRUE(is_background(10, true));
}

}  // namespace
}  // namespace furnace::scheduler
