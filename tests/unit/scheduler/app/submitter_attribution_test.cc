// Whom and what jobs are put down to when they are submitted.
#include <map>
#include <string>

#include "services/scheduler/domain/affinity.h"
#include "services/scheduler/domain/attribution.h"
#include "tests/support/scheduler/submitter_fixture.h"

namespace furnace::scheduler {
namespace {

using SubmitterAttributionTest = SubmitterFixture;

TEST_F(SubmitterAttributionTest, AJobIsPutDownToItsApiKeyItsTagsAndItsTaskType) {
  endpoint_.task_types = {"upscale"};
  ++endpoint_.revision;
  source_.Put(endpoint_);
  ASSERT_TRUE(catalog_.Refresh().ok());
  JobRequest request = Request({"1", "2"});
  request.api_key_id = NewId();
  request.items[0].tags = {{"team", "a"}};
  const Attribution first{.api_key_id = request.api_key_id, .tags = {{"team", "a"}}};
  Submission submission = submitter_.Prepare(request).value();
  EXPECT_EQ(ParseAttribution(submission.items[0].attribution), first);
  EXPECT_EQ(submission.items[1].attribution, request.api_key_id);
  request.endpoint_id.clear();
  request.task_type = "upscale";
  submission = submitter_.Prepare(request).value();
  EXPECT_EQ(ParseAttribution(submission.items[0].attribution).tags,
            (std::map<std::string, std::string>{{"task_type", "upscale"}, {"team", "a"}}));
  EXPECT_EQ(submitter_.Prepare(Request({"1"}))->items[0].attribution, "");
}

TEST_F(SubmitterAttributionTest, AJobOfAKeyThatHasSpentItsBudgetWaitsApartFromTheStart) {
  JobRequest request = Request({"1"});
  request.api_key_id = NewId();
  const auto spent_key = [&] {
    return ParseAffinityClass(submitter_.Prepare(request)->items[0].affinity).spent_key;
  };
  EXPECT_EQ(spent_key(), "");
  rules_.spent_keys = {request.api_key_id};
  EXPECT_EQ(spent_key(), request.api_key_id);
  rules_.block = StartBlock{};
  EXPECT_EQ(spent_key(), "") << "all of the endpoint's wait";
}

}  // namespace
}  // namespace furnace::scheduler
