#include "services/gateway/http/runpod/run_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "libs/common/base/status.h"

namespace furnace::gateway::http::runpod {
namespace {

using ::testing::HasSubstr;

std::string FaultOf(std::string_view body) {
  const auto request = ParseRunRequest(body);
  if (request.ok()) return "";
  EXPECT_TRUE(absl::IsInvalidArgument(request.status())) << body;
  return std::string(request.status().message());
}

TEST(ParseRunRequestTest, InputIsTheSliceThatWasSent) {
  for (const std::string input : {R"({"b":1, "a" : [1e400,123456789012345678901234567890],"b":2})",
                                  R"("\u00e9")", "null", "[]", "7", "{ }"}) {
    const std::string body = " {\"id\":1,\"input\" : " + input + "\n}\n";
    const auto request = ParseRunRequest(body);
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->input, input);
    EXPECT_EQ(request->priority, 0);
    EXPECT_EQ(request->options.ByteSizeLong(), 0U);
  }
}

TEST(ParseRunRequestTest, OfANameThatIsGivenTwiceTheLastCounts) {
  EXPECT_EQ(ParseRunRequest(R"({"input":1,"input":2})")->input, "2");
}

TEST(ParseRunRequestTest, APolicyBecomesOptionsInSecondsRoundedUp) {
  const auto request = ParseRunRequest(
      R"({"input":1,"policy":{"executionTimeout":5001,"ttl":604800000,"lowPriority":true,"x":1}})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->options.timeout_seconds(), 6);
  EXPECT_EQ(request->options.ttl_seconds(), 604'800);
  EXPECT_EQ(request->priority, kLowPriority);
  EXPECT_TRUE(request->options.starts_no_worker());
}

TEST(ParseRunRequestTest, AWebhookIsPostedToInRunpodsFormat) {
  const auto request = ParseRunRequest(R"({"input":1,"webhook":"http://h/\u0061?b=\"c\""})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->options.webhook().url(), "http://h/a?b=\"c\"");
  EXPECT_EQ(request->options.webhook().format(), furnace::v1::WEBHOOK_FORMAT_RUNPOD);
}

TEST(ParseRunRequestTest, AnS3ConfigIsHandedOnAsItIs) {
  const std::string config = R"({ "accessId":"k", "accessSecret" : "s","more":[1.0] })";
  const auto request = ParseRunRequest(R"({"input":1,"s3Config":)" + config + "}");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->options.s3_config(), config);
}

TEST(ParseRunRequestTest, NullsAndUnknownNamesAreAsIfTheyWereNotThere) {
  const auto request = ParseRunRequest(
      R"({"input":1,"policy":{"ttl":null,"lowPriority":false},"webhook":null,"s3Config":null,"webhookV2":7,"more":{}})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->priority, 0);
  EXPECT_EQ(request->options.ByteSizeLong(), 0U);
  EXPECT_TRUE(ParseRunRequest(R"({"input":1,"policy":null,"webhook":""})").ok());
}

TEST(ParseRunRequestTest, AFaultIsNamedWithItsField) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "not valid JSON"},
      {"{", "not valid JSON"},
      {"[1]", "body: must be an object"},
      {"{}", "input: missing"},
      {R"({"Input":1})", "input: missing"},
      {R"({"input":1,"policy":7})", "policy: must be an object"},
      {R"({"input":1,"policy":{"executionTimeout":4999}})",
       "policy.executionTimeout: must be an integer between 5000 and 604800000"},
      {R"({"input":1,"policy":{"executionTimeout":604800001}})", "policy.executionTimeout"},
      {R"({"input":1,"policy":{"ttl":9999}})", "policy.ttl: must be an integer between 10000"},
      {R"({"input":1,"policy":{"ttl":"10000"}})", "policy.ttl"},
      {R"({"input":1,"policy":{"ttl":99999999999999999999}})", "policy.ttl"},
      {R"({"input":1,"policy":{"lowPriority":1}})", "policy.lowPriority: must be true or false"},
      {R"({"input":1,"webhook":{}})", "webhook: must be a string"},
      {R"({"input":1,"s3Config":[]})", "s3Config: must be an object"},
  };
  for (const auto& [body, fault] : cases) {
    EXPECT_THAT(FaultOf(body), HasSubstr(std::string(fault))) << body;
  }
}

}  // namespace
}  // namespace furnace::gateway::http::runpod
