#include "services/metering/clients/opa_agent.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/loopback_server.h"

namespace furnace::metering {
namespace {

std::string Answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

absl::StatusOr<std::string> AskOf(const std::string& answer) {
  const LoopbackServer server(answer);
  OpaAgent agent({.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/v1/data/x",
                  .timeout = absl::Seconds(5)});
  return agent.Ask("{}");
}

TEST(OpaAgentTest, AnswersWithTheResult) {
  const auto result = AskOf(Answer("200 OK", R"({"decision_id":"d","result":{"awards":[]}})"));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, R"({"awards":[]})");
}

TEST(OpaAgentTest, AnythingElseIsNoAnswer) {
  EXPECT_TRUE(absl::IsUnavailable(AskOf(Answer("404 Not Found", "{}")).status()));
  EXPECT_TRUE(absl::IsUnavailable(AskOf(Answer("200 OK", "{}")).status()));
  EXPECT_TRUE(absl::IsUnavailable(AskOf(Answer("200 OK", "result")).status()));
  const std::string huge = R"({"result":")" + std::string(70'000, 'a') + R"("})";
  EXPECT_FALSE(AskOf(Answer("200 OK", huge)).ok());
}

TEST(OpaAgentTest, NobodyThereIsUnavailable) {
  OpaAgent agent({.url = "http://127.0.0.1:1/", .timeout = absl::Seconds(5)});
  EXPECT_TRUE(absl::IsUnavailable(agent.Ask("{}").status()));
}

TEST(ResultInTest, IsAMemberOfAnObject) {
  EXPECT_EQ(*ResultIn(R"({"result":17})"), "17");
  for (const char* body : {"", "[]", "{}", "\"result\"", "{\"result\":}"}) {
    EXPECT_TRUE(absl::IsUnavailable(ResultIn(body).status())) << body;
  }
}

}  // namespace
}  // namespace furnace::metering
