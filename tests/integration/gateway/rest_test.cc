// REST from a client's socket to the services and back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/gateway_client.h"
#include "tests/support/gateway_harness.h"

namespace furnace::gateway::testing {
namespace {

namespace v1 = furnace::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Pair;

constexpr char kRun[] = "/v1/endpoints/e1/run";

class RestTest : public ::testing::Test {
 protected:
  HttpAnswer Get(std::string_view target, std::string_view headers = "") {
    return Ask(gateway_.http_port(), kRunnerKey, "GET", target, "", headers);
  }
  HttpAnswer Post(std::string_view target, std::string_view body, std::string_view headers = "") {
    return Ask(gateway_.http_port(), kRunnerKey, "POST", target, body, headers);
  }
  template <typename Request>
  Request Seen(const std::string& method) {
    Request request;
    request.ParseFromString(gateway_.stage().Last(method).request);
    return request;
  }

  GatewayHarness gateway_;
};

TEST_F(RestTest, SubmitAnswersWithTheJobItself) {
  const HttpAnswer answer = Post(kRun, R"({"input": {"a": 1}, "priority": 3})");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  EXPECT_THAT(answer.body, HasSubstr(R"({"id":"job-1","endpoint_id":"e1","status":"IN_QUEUE",)"));
  EXPECT_THAT(answer.body, HasSubstr(R"("priority":3)"));
}

TEST_F(RestTest, InputTravelsByteForByteBothWays) {
  const std::string input =
      R"({ "big" : 123456789012345678901234567890, "d":0.10000000000000000555,"u":"\u00e9\uD83D\uDE00", "é":[ 1 ,2]})";

  const HttpAnswer answer = Post(kRun, R"({"input": )" + input + " }");

  EXPECT_EQ(Seen<v1::SubmitRequest>("Submit").input(), input);
  EXPECT_THAT(answer.body, HasSubstr(R"("input":)" + input + ","));
}

TEST_F(RestTest, TheServiceLearnsWhoCallsAndUntilWhen) {
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  Post(kRun, R"({"input": 1})",
       "X-Request-ID: my-request.1\r\nX-Furnace-Project: evil\r\ntraceparent: " + trace + "\r\n");

  const SeenCall seen = gateway_.stage().Last("Submit");
  EXPECT_THAT(seen.metadata, AllOf(Contains(Pair("x-furnace-token", kToken)),
                                   Contains(Pair("x-furnace-project", "project-1")),
                                   Contains(Pair("x-furnace-principal", "key-1")),
                                   Contains(Pair("x-furnace-role", "ROLE_RUNNER")),
                                   Contains(Pair("x-request-id", "my-request.1")),
                                   Contains(Pair("traceparent", trace))));
  EXPECT_THAT(seen.time_left, AllOf(Gt(absl::ZeroDuration()), Le(absl::Seconds(11))));
}

TEST_F(RestTest, WaitingCallsGetTheirWaitAndAMargin) {
  Post("/v1/endpoints/e1/runsync", R"({"input": 1, "wait_ms": 20000})");
  Get("/v1/jobs/j1/wait?wait_ms=0");

  EXPECT_THAT(gateway_.stage().Last("RunSync").time_left,
              AllOf(Gt(absl::Seconds(15)), Le(absl::Seconds(31))));
  EXPECT_THAT(gateway_.stage().Last("Wait").time_left, Le(absl::Seconds(11)));
}

TEST_F(RestTest, RequestIdIsAlwaysAnsweredAndInventedWhereItIsBad) {
  EXPECT_EQ(Get("/v1/jobs/j1", "X-Request-ID: abc\r\n").headers.at("x-request-id"), "abc");
  EXPECT_EQ(Get("/nowhere", "X-Request-ID: abc\r\n").headers.at("x-request-id"), "abc");
  const HttpAnswer bad = Get("/v1/jobs/j1", "X-Request-ID: a b\r\n");
  EXPECT_EQ(bad.headers.at("x-request-id").size(), 36U);
  EXPECT_EQ(gateway_.stage().Last("Get").metadata["x-request-id"], bad.headers.at("x-request-id"));
}

TEST_F(RestTest, ErrorsHaveOneShape) {
  gateway_.stage().Fail("Get", {grpc::StatusCode::NOT_FOUND, "no job \"j1\""});

  const HttpAnswer answer = Get("/v1/jobs/j1", "X-Request-ID: r1\r\n");

  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, R"({"error":"no job \"j1\"","code":"NOT_FOUND","request_id":"r1"})");
}

TEST_F(RestTest, InternalErrorsKeepTheirText) {
  gateway_.stage().Fail("Get", {grpc::StatusCode::INTERNAL, "select * from secrets"});

  const HttpAnswer answer = Get("/v1/jobs/j1");

  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, HasSubstr(R"("error":"internal error")"));
}

TEST_F(RestTest, FullQueueIs429WithRetryAfter) {
  gateway_.stage().Fail("Submit", {grpc::StatusCode::RESOURCE_EXHAUSTED, "the queue is full"});

  const HttpAnswer answer = Post(kRun, R"({"input": 1})");

  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
}

TEST_F(RestTest, UnavailableIsRetriedOnceForReads) {
  gateway_.stage().Fail("Get", {grpc::StatusCode::UNAVAILABLE, "gone"});

  EXPECT_EQ(Get("/v1/jobs/j1").status, 200);
  EXPECT_EQ(gateway_.stage().calls().size(), 3U);  // The key, and twice the job.
}

TEST_F(RestTest, UnavailableIsNotRetriedTwice) {
  gateway_.stage().Fail("Get", {grpc::StatusCode::UNAVAILABLE, "gone"}, 2);

  EXPECT_EQ(Get("/v1/jobs/j1").status, 503);
}

TEST_F(RestTest, UnavailableIsNotRetriedForWrites) {
  gateway_.stage().Fail("Submit", {grpc::StatusCode::UNAVAILABLE, "gone"});

  const HttpAnswer answer = Post(kRun, R"({"input": 1})");

  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
  EXPECT_EQ(gateway_.stage().calls().size(), 2U);
}

TEST_F(RestTest, BadBodiesAreNamedAndNeverForwarded) {
  EXPECT_THAT(Post("/v1/endpoints/e1/batch", R"({"jobs":[{"input":1},{"priority":"x"}]})").body,
              HasSubstr("jobs[1].priority: expected an integer"));
  EXPECT_THAT(Post(kRun, "{\"input\": \xff}").body, HasSubstr("not valid JSON"));
  EXPECT_EQ(Post(kRun, "{\"input\": ").status, 400);
  EXPECT_EQ(Post(kRun, R"({"inputs": 1})").status, 400);
  EXPECT_EQ(gateway_.stage().calls().size(), 1U);  // The key.
}

TEST_F(RestTest, QueryParametersReachTheRequest) {
  Get("/v1/jobs?status=IN_QUEUE&page_size=7&endpoint_id=a%20b");
  const auto list = Seen<v1::ListRequest>("List");
  EXPECT_EQ(list.status(), v1::JOB_STATUS_IN_QUEUE);
  EXPECT_EQ(list.page_size(), 7);
  EXPECT_EQ(list.endpoint_id(), "a b");

  Get("/v1/usage?group_by=HOUR&group_by=USAGE_GROUP_ENDPOINT&start_time=2026-01-31T12:00:00.5Z");
  const auto usage = Seen<v1::GetUsageRequest>("GetUsage");
  EXPECT_THAT(usage.group_by(),
              ::testing::ElementsAre(v1::USAGE_GROUP_HOUR, v1::USAGE_GROUP_ENDPOINT));
  EXPECT_EQ(usage.start_time().seconds(), 1769860800);
  EXPECT_EQ(usage.start_time().nanos(), 500'000'000);
}

TEST_F(RestTest, LargeIntegersAreWrittenExactly) {
  EXPECT_THAT(Get("/v1/usage").body, HasSubstr(R"("cost_nanos":9007199254740993)"));
}

TEST_F(RestTest, CancelNeedsNoBody) {
  const HttpAnswer answer = Post("/v1/jobs/j1/cancel", "");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("status":"CANCELLED")"));
}

TEST_F(RestTest, AServiceThatLacksTheMethodIs501) { EXPECT_EQ(Get("/v1/workers").status, 501); }

TEST_F(RestTest, KeysAreTakenFromEveryPlaceTheyMayBeIn) {
  const int port = gateway_.http_port();
  for (const std::string header :
       {"Authorization: Bearer fk_viewer", "authorization: bEaReR fk_viewer",
        "Authorization: fk_viewer", "X-API-Key: fk_viewer"}) {
    EXPECT_EQ(Ask(port, "", "GET", "/v1/jobs/j1", "", header + "\r\n").status, 200) << header;
  }
  EXPECT_EQ(Ask(port, "", "GET", "/v1/jobs/j1?token=fk_viewer").status, 401);
}

TEST_F(RestTest, WithoutAGoodKeyTheAnswerIs401) {
  const HttpAnswer none = Ask(gateway_.http_port(), "", "GET", "/v1/jobs/j1");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.headers.at("www-authenticate"), "Bearer");
  EXPECT_THAT(none.body, HasSubstr(R"("code":"UNAUTHENTICATED")"));

  EXPECT_EQ(Ask(gateway_.http_port(), "fk_stolen", "GET", "/v1/jobs/j1").status, 401);
  EXPECT_EQ(Ask(gateway_.http_port(), "fk_stolen", "GET", "/v1/jobs/j1").status, 401);
  EXPECT_EQ(gateway_.stage().calls().size(), 1U);  // Asked once, remembered.
}

TEST_F(RestTest, TooSmallARoleIs403AndNamesTheOneNeeded) {
  const HttpAnswer answer = Ask(gateway_.http_port(), kViewerKey, "POST", kRun, R"({"input": 1})");
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.body, HasSubstr("needs role RUNNER"));
}

TEST_F(RestTest, UnreachableRegistryIs503) {
  gateway_.stage().Fail("ResolveApiKey", {grpc::StatusCode::UNAVAILABLE, "gone"});
  EXPECT_EQ(Get("/v1/jobs/j1").status, 503);
  EXPECT_EQ(Get("/v1/jobs/j1").status, 200);
}

TEST_F(RestTest, BodyOfAFieldIsThatField) {
  const HttpAnswer answer =
      Ask(gateway_.http_port(), kAdminKey, "POST", "/v1/endpoints",
          R"({"name":"n","gpu_types":["a"],"env":{"K":"V"},"max_workers":0})");
  EXPECT_EQ(answer.status, 200);
  const auto seen = Seen<v1::CreateEndpointRequest>("CreateEndpoint");
  EXPECT_EQ(seen.spec().env().at("K"), "V");
  EXPECT_TRUE(seen.spec().has_max_workers());
  EXPECT_FALSE(seen.spec().has_idle_timeout_seconds());
  EXPECT_THAT(answer.body, HasSubstr(R"({"id":"endpoint-1","spec":{"name":"n",)"));
}

TEST_F(RestTest, ADocumentIsAnsweredAsTheFileItIs) {
  const HttpAnswer answer = Get("/v1/invoices/i1/document?format=FOCUS");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "a,\"b\"\r\n");
  EXPECT_EQ(answer.headers.at("content-type"), "text/csv");
  EXPECT_EQ(answer.headers.at("content-disposition"), "inline; filename=\"invoice.csv\"");
  EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
  EXPECT_THAT(answer.headers.at("content-security-policy"), HasSubstr("default-src 'none'"));
  const auto request = Seen<v1::GetInvoiceDocumentRequest>("GetInvoiceDocument");
  EXPECT_EQ(request.invoice_id(), "i1");
  EXPECT_EQ(request.format(), v1::INVOICE_FORMAT_FOCUS);
}

TEST_F(RestTest, ADocumentThatCannotBeMadeIsAnErrorAsAnyOther) {
  gateway_.stage().Fail("GetInvoiceDocument", {grpc::StatusCode::NOT_FOUND, "no invoice i1"});

  const HttpAnswer answer = Get("/v1/invoices/i1/document?format=CSV", "X-Request-ID: r1\r\n");

  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, R"({"error":"no invoice i1","code":"NOT_FOUND","request_id":"r1"})");
}

TEST_F(RestTest, HealthAndDescriptionNeedNoKey) {
  const HttpAnswer health = Ask(gateway_.http_port(), "", "GET", "/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.body, R"({"status":"ok"})");
  const HttpAnswer description = Ask(gateway_.http_port(), "", "GET", "/openapi.json");
  EXPECT_EQ(description.status, 200);
  EXPECT_THAT(description.body, HasSubstr("/v1/endpoints/{endpoint_id}/run"));
}

}  // namespace
}  // namespace furnace::gateway::testing
