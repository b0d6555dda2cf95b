#include "services/gateway/http/transcode/transcoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "furnace/v1/endpoint_service.pb.h"
#include "furnace/v1/job_service.pb.h"
#include "furnace/v1/metering_service.pb.h"

namespace furnace::gateway::http {
namespace {

namespace v1 = furnace::v1;
using ::testing::HasSubstr;

Binding BindingAt(const std::string& path) {
  const auto& methods = wire::PublicMethods();
  return BindingsOf(*std::find_if(methods.begin(), methods.end(),
                                  [&](const wire::Method& method) { return method.path == path; }))
      ->front();
}

const Binding& Submit() {
  static const Binding* const binding = new Binding(BindingAt("/furnace.v1.JobService/Submit"));
  return *binding;
}

std::string FaultOf(const Binding& binding, const std::vector<std::string>& parameters,
                    std::string_view query, std::string_view body) {
  const auto message = BuildRequest(binding, parameters, query, body);
  EXPECT_EQ(message.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(message.status().message());
}

TEST(BuildRequestTest, BodyAndPathMakeTheRequest) {
  const auto message = BuildRequest(Submit(), {"e1"}, "", " {\"input\": {}} \r\n");
  ASSERT_TRUE(message.ok());
  const auto& request = static_cast<const v1::SubmitRequest&>(**message);
  EXPECT_EQ(request.endpoint_id(), "e1");
  EXPECT_EQ(request.input(), "{}");
}

TEST(BuildRequestTest, AnEmptyBodyIsAnEmptyRequest) {
  const auto message = BuildRequest(Submit(), {"e1"}, "", "");
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(static_cast<const v1::SubmitRequest&>(**message).input(), "");
}

TEST(BuildRequestTest, FaultsAreNamed) {
  EXPECT_THAT(FaultOf(Submit(), {"e1"}, "", "{"), HasSubstr("not valid JSON"));
  EXPECT_THAT(FaultOf(Submit(), {"e1"}, "", "  "), HasSubstr("not valid JSON"));
  EXPECT_THAT(FaultOf(Submit(), {"e1"}, "", "{} {}"), HasSubstr("not valid JSON"));
  EXPECT_THAT(FaultOf(Submit(), {"e1"}, "", "{\"input\":\"\xff\"}"), HasSubstr("UTF-8"));
  EXPECT_EQ(FaultOf(Submit(), {"e1"}, "", R"({"endpoint_id":"e2"})"),
            "endpoint_id: belongs into the path only");
  EXPECT_EQ(FaultOf(Submit(), {"e1"}, "priority=1", "{}"),
            "priority: cannot be set in the query here");
}

TEST(BuildRequestTest, QueryFaultsAreNamed) {
  const Binding list = BindingAt("/furnace.v1.JobService/List");
  EXPECT_EQ(FaultOf(list, {}, "x=1", ""), "x: unknown query parameter");
  EXPECT_EQ(FaultOf(list, {}, "page_size=x", ""), "page_size: expected an integer");
  EXPECT_EQ(FaultOf(list, {}, "page_size=1&page_size=1", ""), "page_size: given twice");
  EXPECT_THAT(FaultOf(list, {}, "status=in_queue", ""),
              HasSubstr("status: expected one of WAITING, DELAYED, IN_QUEUE"));
  EXPECT_THAT(FaultOf(list, {}, "status=%zz", ""), HasSubstr("malformed"));
  const Binding get = BindingAt("/furnace.v1.JobService/Get");
  EXPECT_EQ(FaultOf(get, {"j"}, "include_input=1", ""), "include_input: expected true or false");
  EXPECT_EQ(FaultOf(get, {"j"}, "job_id=k", ""), "job_id: cannot be set in the query here");
}

TEST(TimeoutForTest, FollowsTheRequest) {
  const Binding run = BindingAt("/furnace.v1.JobService/RunSync");
  v1::RunSyncRequest request;
  EXPECT_EQ(TimeoutFor(*run.method, request), absl::Seconds(100));
  request.set_wait_ms(5000);
  EXPECT_EQ(TimeoutFor(*run.method, request), absl::Seconds(15));
  request.set_wait_ms(-1);
  EXPECT_EQ(TimeoutFor(*run.method, request), absl::Seconds(10));
  const Binding wait = BindingAt("/furnace.v1.JobService/Wait");
  v1::WaitRequest at_once;
  at_once.set_wait_ms(0);
  EXPECT_EQ(TimeoutFor(*wait.method, at_once), absl::Seconds(10));
}

TEST(ParseResponseTest, BytesThatAreNoMessageAreAnInternalError) {
  EXPECT_TRUE(absl::IsInternal(ParseResponse(*Submit().method, "\xff\xff").status()));
}

TEST(AnswerOfTest, IsTheFieldThatTheRuleNames) {
  v1::SubmitResponse response;
  response.mutable_job()->set_id("j1");
  EXPECT_EQ(&AnswerOf(Submit(), response), &response.job());
  const Binding list = BindingAt("/furnace.v1.JobService/List");
  v1::ListResponse whole;
  EXPECT_EQ(&AnswerOf(list, whole), &whole);
}

}  // namespace
}  // namespace furnace::gateway::http
