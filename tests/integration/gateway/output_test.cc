// Links to outputs, from the call that makes one to the client that follows it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/common/json/json.h"
#include "tests/support/gateway_client.h"
#include "tests/support/gateway_harness.h"

namespace furnace::gateway::testing {
namespace {

namespace v1 = furnace::v1;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class OutputTest : public ::testing::Test {
 protected:
  OutputTest() {
    job_.set_id("j1");
    job_.set_project_id("project-1");
    job_.set_status(v1::JOB_STATUS_COMPLETED);
  }

  HttpAnswer Get(std::string_view target, std::string_view key = "") {
    return Ask(gateway_.http_port(), key, "GET", target, "", "");
  }

  // A link to j1, as Get gives it to who may see the job.
  std::string Link() {
    job_.set_output_url("/v1/jobs/j1/output");
    gateway_.services.jobs.Put(job_);
    const HttpAnswer answer = Get("/v1/jobs/j1?output_url=true", kViewerKey);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::AsString(json::At(answer.body, "/output_url").value()).value();
  }

  void PutOutput(const std::string& output) {
    job_.clear_output_url();
    job_.set_output(output);
    gateway_.services.jobs.Put(job_);
  }

  GatewayHarness gateway_;
  v1::Job job_;
};

TEST_F(OutputTest, WhoHasTheLinkGetsTheOutputAsItIsWithoutAKey) {
  const std::string link = Link();
  PutOutput(R"({ "a" : 1.50 })");
  const HttpAnswer answer = Get(link);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({ "a" : 1.50 })");
  EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  EXPECT_EQ(answer.headers.at("content-length"), "14");
  const SeenCall seen = gateway_.stage().Last("Get");
  EXPECT_THAT(seen.metadata, Contains(Pair("x-furnace-project", "project-1")));
  EXPECT_THAT(seen.metadata, Contains(Pair("x-furnace-role", "ROLE_VIEWER")));
  v1::GetRequest request;
  request.ParseFromString(seen.request);
  EXPECT_EQ(request.job_id(), "j1");
  EXPECT_FALSE(request.output_url());
}

TEST_F(OutputTest, ALargeOutputComesWhole) {
  const std::string link = Link();
  const std::string output = '"' + std::string(5'000'000, 'x') + '"';
  PutOutput(output);
  EXPECT_EQ(Get(link).body, output);
}

TEST(OutputLimitTest, LargeAnswersBeyondAProjectsRoomAreRefusedAndSmallOnesAreNot) {
  http::ServerLimits limits;
  constexpr std::size_t kShare = 1'000'000;
  limits.answer_bytes = http::AnswerRoom::kShares * kShare;
  GatewayHarness gateway(limits);
  v1::Job job;
  const auto get = [&] {
    return Ask(gateway.http_port(), kViewerKey, "GET", "/v1/jobs/j1", "", "");
  };
  for (const std::size_t size : {900'000, 1'100'000, 900'000, 10}) {
    job.set_output('"' + std::string(size, 'x') + '"');
    gateway.services.jobs.Put(job);
    const HttpAnswer answer = get();
    EXPECT_EQ(answer.status, size > kShare ? 503 : 200) << size;
    EXPECT_EQ(answer.headers.contains("retry-after"), size > kShare);
  }
}

TEST_F(OutputTest, AWrongLinkIsRefusedWithoutAWordWhyAndAsksNobody) {
  const std::string link = Link();
  const std::size_t calls = gateway_.stage().calls().size();
  const std::string refusal = "this link is wrong, or does not hold any more";
  const std::string query = link.substr(link.find('?'));
  for (const std::string& target :
       {std::string("/v1/jobs/j1/output"), std::string("/v1/jobs/j1/output?expires=1"),
        "/v1/jobs/j2/output" + query, link + "0", std::string("/v1/jobs/j1/output?signature=%zz"),
        "/v1/jobs/j1/output?project=p2&" + query.substr(1)}) {
    const HttpAnswer answer = Get(target);
    EXPECT_EQ(answer.status, 403) << target;
    EXPECT_THAT(answer.body, HasSubstr(refusal));
  }
  EXPECT_EQ(gateway_.stage().calls().size(), calls);
}

TEST_F(OutputTest, TheErrorsOfTheServiceArePassedOn) {
  const std::string link = Link();
  gateway_.stage().Fail("Get", {grpc::StatusCode::NOT_FOUND, "no job j1"});
  EXPECT_EQ(Get(link).status, 404);
  PutOutput("");
  EXPECT_EQ(Get(link).status, 404);
}

TEST_F(OutputTest, AJobWithoutAnOutputHasNoLink) {
  job_.set_status(v1::JOB_STATUS_IN_PROGRESS);
  gateway_.services.jobs.Put(job_);
  const HttpAnswer answer = Get("/v1/jobs/j1?output_url=true", kViewerKey);
  EXPECT_THAT(answer.body, Not(HasSubstr("signature")));
}

}  // namespace
}  // namespace furnace::gateway::testing
