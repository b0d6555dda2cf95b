// RunPod's client API from a client's socket to the services and back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/gateway_client.h"
#include "tests/support/gateway_harness.h"

namespace furnace::gateway::testing {
namespace {

namespace v1 = furnace::v1;
using ::testing::AllOf;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::StartsWith;

constexpr char kJob[] = "01890000-0000-7000-8000-0000000000a1";
constexpr char kOther[] = "01890000-0000-7000-8000-0000000000e2";

std::string Path(const std::string& rest) { return "/v2/" + std::string(kEchoId) + rest; }

v1::Job EchoJob(v1::JobStatus status) {
  v1::Job job;
  job.set_id(kJob);
  job.set_endpoint_id(kEchoId);
  job.set_status(status);
  job.set_version(5);
  return job;
}

v1::WatchResponse News(v1::JobStatus status, std::int64_t first_chunk = 0, int chunks = 0) {
  v1::WatchResponse news;
  *news.mutable_job() = EchoJob(status);
  for (int i = 0; i < chunks; ++i) {
    v1::Chunk& chunk = *news.add_chunks();
    chunk.set_sequence(first_chunk + i);
    chunk.set_output(std::to_string(first_chunk + i));
  }
  return news;
}

class RunpodTest : public ::testing::Test {
 protected:
  RunpodTest() { gateway_.services.jobs.Put(EchoJob(v1::JOB_STATUS_IN_PROGRESS)); }

  HttpAnswer Get(const std::string& target) {
    return Ask(gateway_.http_port(), kRunnerKey, "GET", target);
  }
  HttpAnswer Post(const std::string& target, std::string_view body = "",
                  std::string_view key = kRunnerKey) {
    return Ask(gateway_.http_port(), key, "POST", target, body);
  }
  template <typename Request>
  Request Seen(const std::string& method) {
    Request request;
    request.ParseFromString(gateway_.stage().Last(method).request);
    return request;
  }
  // How many calls the services have seen of this method.
  std::size_t CallsOf(const std::string& method) {
    std::size_t count = 0;
    for (const SeenCall& call : gateway_.stage().calls()) count += call.method == method ? 1 : 0;
    return count;
  }
  void Script(const std::vector<v1::WatchResponse>& news) { gateway_.services.jobs.Script(news); }

  GatewayHarness gateway_;
};

TEST_F(RunpodTest, RunQueuesTheInputByteForByte) {
  const std::string input = R"({ "z":1e400, "a":[ 123456789012345678901234567890 ] })";

  const HttpAnswer answer =
      Post(Path("/run"), R"({"policy":{"ttl":10000},"input": )" + input + "}");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"id":"job-1","status":"IN_QUEUE"})");
  const auto seen = Seen<v1::SubmitRequest>("Submit");
  EXPECT_EQ(seen.endpoint_id(), kEchoId);
  EXPECT_EQ(seen.input(), input);
  EXPECT_EQ(seen.options().ttl_seconds(), 10);
}

TEST_F(RunpodTest, AnEndpointMayBeCalledByItsNameWhichIsAskedForOnce) {
  EXPECT_EQ(Post("/v2/echo/run", R"({"input":1})").status, 200);
  EXPECT_EQ(Post("/v2/echo/run", R"({"input":1})").status, 200);
  EXPECT_EQ(Seen<v1::SubmitRequest>("Submit").endpoint_id(), kEchoId);
  EXPECT_EQ(CallsOf("ResolveEndpointName"), 1U);
}

TEST_F(RunpodTest, ANameThatLeadsNowhereAnyMoreIsAskedForAnew) {
  gateway_.stage().Fail("Submit", {grpc::StatusCode::NOT_FOUND, "no such endpoint"});
  EXPECT_EQ(Post("/v2/echo/run", R"({"input":1})").status, 404);
  EXPECT_EQ(Post("/v2/echo/run", R"({"input":1})").status, 200);
  EXPECT_EQ(CallsOf("ResolveEndpointName"), 2U);
}

TEST_F(RunpodTest, AJobThatIsGoneSaysNothingOfItsEndpointsName) {
  for (const std::string route : {"status", "status-sync", "cancel"}) {
    gateway_.stage().Fail(route == "status-sync" ? "Wait" : "Get",
                          {grpc::StatusCode::NOT_FOUND, "no job"});
    EXPECT_EQ(Post("/v2/echo/" + route + "/" + kJob).status, 404) << route;
  }
  EXPECT_EQ(CallsOf("ResolveEndpointName"), 1U);
}

TEST_F(RunpodTest, UnknownNamesAre404AndAnUnreachableRegistryIs503) {
  EXPECT_EQ(Post("/v2/other/run", R"({"input":1})").status, 404);
  gateway_.stage().Fail("ResolveEndpointName", {grpc::StatusCode::UNAVAILABLE, "gone"});
  EXPECT_EQ(Post("/v2/echo/run", R"({"input":1})").status, 503);
  EXPECT_EQ(CallsOf("Submit"), 0U);
}

TEST_F(RunpodTest, RunSyncWaitsAsLongAsTheClientSays) {
  const HttpAnswer answer = Post(Path("/runsync?wait=2000"), R"({"input":1})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"id":"job-1","status":"IN_QUEUE"})");
  EXPECT_EQ(Seen<v1::RunSyncRequest>("RunSync").wait_ms(), 2000);
  Post(Path("/runsync"), R"({"input":1})");
  EXPECT_EQ(Seen<v1::RunSyncRequest>("RunSync").wait_ms(), 90'000);
}

TEST_F(RunpodTest, AWaitOutOfRangeIsRefusedInRunpodsWordsOnEveryRoute) {
  const std::string refusal = R"({"error":"wait is invalid; must be between 1000 and 300000")";
  for (const std::string& rest : {std::string("/runsync"), "/status-sync/" + std::string(kJob),
                                  "/stream/" + std::string(kJob)}) {
    const HttpAnswer answer = Post(Path(rest) + "?wait=999", R"({"input":1})");
    EXPECT_EQ(answer.status, 400) << rest;
    EXPECT_THAT(answer.body, StartsWith(refusal)) << rest;
  }
}

TEST_F(RunpodTest, StatusIsTheJobByGetAndPostWithTheIdThatTheClientUses) {
  const std::string prefixed = "sync-" + std::string(kJob);
  const std::string expected = R"("status":"IN_PROGRESS"})";
  EXPECT_EQ(Get(Path("/status/" + std::string(kJob)) + "?ttl=5").body,
            R"({"id":")" + std::string(kJob) + R"(",)" + expected);
  EXPECT_EQ(Post(Path("/status/" + prefixed), "{}").body,
            R"({"id":")" + prefixed + R"(",)" + expected);
  EXPECT_EQ(Seen<v1::GetRequest>("Get").job_id(), kJob);
}

TEST_F(RunpodTest, StatusGivesALinkInPlaceOfTheOutputToWhoAsksForOne) {
  v1::Job job = EchoJob(v1::JOB_STATUS_COMPLETED);
  job.set_output_url("/v1/jobs/" + std::string(kJob) + "/output");
  gateway_.services.jobs.Put(job);
  const std::string target = Path("/status/" + std::string(kJob));
  for (const std::string query : {"?output=url", "?output_url=true"}) {
    EXPECT_THAT(Get(target + query).body, AllOf(HasSubstr(R"("output_url":")"),
                                                HasSubstr("/output?"), HasSubstr("signature=")));
    EXPECT_TRUE(Seen<v1::GetRequest>("Get").output_url()) << query;
  }
  for (const std::string query : {"?output=body", "?output_url=1"}) {
    EXPECT_EQ(Get(target + query).status, 400) << query;
  }
  Get(target + "?output_url=false");
  EXPECT_FALSE(Seen<v1::GetRequest>("Get").output_url());
}

TEST_F(RunpodTest, CancelAndRetryLookAtTheJobWithoutItsOutput) {
  for (const std::string route : {"/cancel/", "/retry/"}) {
    EXPECT_EQ(Post(Path(route + kJob)).status, 200) << route;
    EXPECT_TRUE(Seen<v1::GetRequest>("Get").output_url()) << route;
  }
}

TEST_F(RunpodTest, AJobOfAnotherEndpointIsAsUnknown) {
  v1::Job job = EchoJob(v1::JOB_STATUS_IN_QUEUE);
  job.set_endpoint_id(kOther);
  gateway_.services.jobs.Put(job);
  v1::WatchResponse news = News(v1::JOB_STATUS_COMPLETED);
  news.mutable_job()->set_endpoint_id(kOther);
  Script({news});
  for (const std::string rest : {"status", "status-sync", "stream", "cancel", "retry"}) {
    const HttpAnswer answer = Post(Path("/" + rest + "/" + kJob));
    EXPECT_EQ(answer.status, 404) << rest;
    EXPECT_THAT(answer.body, StartsWith(R"({"error":"no job )")) << rest;
  }
  EXPECT_EQ(CallsOf("Cancel") + CallsOf("Redrive"), 0U);
}

TEST_F(RunpodTest, WhatIsNoJobIdIs404AndNobodyIsAsked) {
  for (const std::string id : {"x", "sync-", "%F0%9F%94%A5", "..%2f"}) {
    EXPECT_EQ(Get(Path("/status/" + id)).status, 404) << id;
  }
  EXPECT_EQ(CallsOf("Get"), 0U);
}

TEST_F(RunpodTest, StatusSyncWaitsByGetAndPost) {
  EXPECT_EQ(Get(Path("/status-sync/" + std::string(kJob) + "?wait=1000")).status, 200);
  EXPECT_EQ(Seen<v1::WaitRequest>("Wait").wait_ms(), 1000);
  EXPECT_EQ(Post(Path("/status-sync/" + std::string(kJob))).status, 200);
  EXPECT_EQ(Seen<v1::WaitRequest>("Wait").wait_ms(), 90'000);
}

TEST_F(RunpodTest, CancelRetryAndPurgeNeedNoBodyAndTakeAny) {
  EXPECT_THAT(Post(Path("/cancel/" + std::string(kJob))).body,
              HasSubstr(R"("status":"CANCELLED")"));
  EXPECT_EQ(Post(Path("/cancel/" + std::string(kJob)), "{}").status, 200);
  EXPECT_THAT(Post(Path("/retry/" + std::string(kJob)), "{}").body,
              HasSubstr(R"("status":"IN_QUEUE")"));
  EXPECT_EQ(Post(Path("/purge-queue"), "{}", kAdminKey).body,
            R"({"removed":3,"status":"completed"})");
  EXPECT_EQ(Post(Path("/purge-queue"), "{}").status, 403);
}

TEST_F(RunpodTest, HealthCountsJobsAndWorkers) {
  const HttpAnswer answer = Get("/v2/echo/health");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, StartsWith(R"({"jobs":{"completed":1,)"));
  EXPECT_EQ(Seen<v1::GetEndpointHealthRequest>("GetEndpointHealth").endpoint_id(), kEchoId);
}

TEST_F(RunpodTest, RequestsAreTheEndpointsJobs) {
  EXPECT_EQ(Get(Path("/requests?limit=7&page_token=t")).body, R"({"requests":[]})");
  const auto seen = Seen<v1::ListRequest>("List");
  EXPECT_EQ(seen.endpoint_id(), kEchoId);
  EXPECT_EQ(seen.page_size(), 7);
  EXPECT_EQ(seen.page_token(), "t");
}

TEST_F(RunpodTest, TheRequestsOfAnEndpointThatIsNotThereAre404) {
  gateway_.stage().Fail("GetEndpoint", {grpc::StatusCode::NOT_FOUND, "no such endpoint"});
  EXPECT_EQ(Get(Path("/requests")).status, 404);
  EXPECT_EQ(Get(Path("/requests")).status, 200);
}

TEST_F(RunpodTest, EachStreamCallGoesOnWhereTheLastOneEnded) {
  const std::string target = Path("/stream/" + std::string(kJob));
  Script({News(v1::JOB_STATUS_IN_QUEUE), News(v1::JOB_STATUS_IN_PROGRESS, 1, 2)});
  EXPECT_EQ(
      Get(target).body,
      R"({"status":"IN_PROGRESS","stream":[{"output":1,"sequence":1},{"output":2,"sequence":2}]})");
  EXPECT_EQ(Seen<v1::WatchRequest>("Watch").after_chunk(), 0);
  Script({News(v1::JOB_STATUS_COMPLETED, 3, 1)});
  EXPECT_EQ(Post(target, "{}").body,
            R"({"status":"COMPLETED","stream":[{"output":3,"sequence":3}]})");
  EXPECT_EQ(Seen<v1::WatchRequest>("Watch").after_chunk(), 2);
  Script({News(v1::JOB_STATUS_COMPLETED)});
  EXPECT_EQ(Get(target).body, R"({"status":"COMPLETED","stream":[]})");
  EXPECT_EQ(Seen<v1::WatchRequest>("Watch").after_chunk(), 3);
}

TEST_F(RunpodTest, AnAnswerThatTheClientDoesNotTakeIsGivenAgain) {
  const std::string target = Path("/stream/" + std::string(kJob));
  v1::WatchResponse news = News(v1::JOB_STATUS_COMPLETED, 1, 1);
  news.mutable_chunks(0)->set_output('"' + std::string(20 << 20, 'x') + '"');  // Beyond any buffer.
  Script({news});
  {
    HttpClient client(gateway_.http_port());
    client.Request("GET", target, "Authorization: Bearer fk_runner\r\n");
    EXPECT_EQ(client.ReadHead().status, 200);
  }
  EXPECT_EQ(
      Get(target).body.size(),
      (20 << 20) +
          std::string(R"({"status":"COMPLETED","stream":[{"output":"","sequence":1}]})").size());
  EXPECT_EQ(Seen<v1::WatchRequest>("Watch").after_chunk(), 0);
}

TEST_F(RunpodTest, AClientThatSaysWhereItIsKeepsItsOwnPlace) {
  const std::string target = Path("/stream/" + std::string(kJob));
  Script({News(v1::JOB_STATUS_COMPLETED, 8, 1)});
  Get(target + "?after=7");
  EXPECT_EQ(Seen<v1::WatchRequest>("Watch").after_chunk(), 7);
  Get(target);
  EXPECT_EQ(Seen<v1::WatchRequest>("Watch").after_chunk(), 0);
}

TEST_F(RunpodTest, AFailureIsToldInTheStreamOnceAndThenItIsEmpty) {
  v1::WatchResponse news = News(v1::JOB_STATUS_FAILED);
  news.mutable_job()->set_error("boom");
  Script({news});
  const std::string target = Path("/stream/" + std::string(kJob));
  EXPECT_EQ(Get(target).body,
            R"({"status":"FAILED","stream":[{"output":{"error":"boom"}}],"error":"boom"})");
  EXPECT_EQ(Get(target).body, R"({"status":"FAILED","stream":[],"error":"boom"})");
}

TEST_F(RunpodTest, AStreamWithoutNewsIsAnsweredWhenTheHoldIsOver) {
  Script({News(v1::JOB_STATUS_IN_PROGRESS)});
  gateway_.stage().Hold("Watch");
  EXPECT_EQ(Get(Path("/stream/" + std::string(kJob) + "?wait=1000")).body,
            R"({"status":"IN_PROGRESS","stream":[]})");
  EXPECT_THAT(gateway_.stage().Last("Watch").time_left, Le(absl::Seconds(2)));
  gateway_.stage().Release("Watch");
  Get(Path("/stream/" + std::string(kJob)));
  EXPECT_THAT(gateway_.stage().Last("Watch").time_left,
              AllOf(Gt(absl::Seconds(4)), Le(absl::Seconds(9))));
}

TEST_F(RunpodTest, AClientThatLeavesEndsTheHold) {
  Script({News(v1::JOB_STATUS_IN_PROGRESS)});
  gateway_.stage().Hold("Watch");
  {
    HttpClient client(gateway_.http_port());
    client.Request("GET", Path("/stream/" + std::string(kJob)),
                   "Authorization: Bearer fk_runner\r\n");
    gateway_.stage().Await("Watch");
  }
  gateway_.stage().AwaitCancelled("Watch");
}

TEST_F(RunpodTest, AStreamThatFailsBeforeItsFirstMessageIsAnError) {
  gateway_.stage().Fail("Watch", {grpc::StatusCode::NOT_FOUND, "no job x"});
  const HttpAnswer answer = Get(Path("/stream/" + std::string(kJob)));
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, StartsWith(R"({"error":"no job x")"));
}

TEST_F(RunpodTest, AStreamThatEndsWithoutAWordIs503) {
  EXPECT_EQ(Get(Path("/stream/" + std::string(kJob))).status, 503);
}

TEST_F(RunpodTest, HeadDoesNotTakeAStreamsChunks) {
  EXPECT_EQ(
      Ask(gateway_.http_port(), kRunnerKey, "HEAD", Path("/stream/" + std::string(kJob))).status,
      405);
}

TEST_F(RunpodTest, KeysComeBareOrAsBearerInAnyCase) {
  for (const std::string value : {"fk_runner", "Bearer fk_runner", "bEARER fk_runner"}) {
    EXPECT_EQ(Ask(gateway_.http_port(), "", "GET", Path("/health"), "",
                  "Authorization: " + value + "\r\n")
                  .status,
              200)
        << value;
  }
  for (const std::string headers :
       {"", "Authorization: fk_stolen\r\n", "Authorization: Bearer\r\n"}) {
    const HttpAnswer answer = Ask(gateway_.http_port(), "", "GET", Path("/health"), "", headers);
    EXPECT_EQ(answer.status, 401) << headers;
    EXPECT_THAT(answer.body, StartsWith(R"({"error":")")) << headers;
  }
}

TEST_F(RunpodTest, AFullQueueIs429WithRetryAfter) {
  gateway_.stage().Fail("Submit", {grpc::StatusCode::RESOURCE_EXHAUSTED, "the queue is full"});
  const HttpAnswer answer = Post(Path("/run"), R"({"input":1})");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
  EXPECT_THAT(answer.body, StartsWith(R"({"error":"the queue is full")"));
}

TEST_F(RunpodTest, BodiesAreCheckedBeforeAnybodyIsAsked) {
  EXPECT_THAT(Post(Path("/run"), "{}").body, StartsWith(R"({"error":"input: missing")"));
  EXPECT_EQ(Post(Path("/run"), "{").status, 400);
  EXPECT_EQ(Post(Path("/run")).status, 400);
  EXPECT_EQ(Post(Path("/run"), R"({"input":")" + std::string(11 << 20, 'x') + R"("})").status, 413);
  EXPECT_EQ(Post(Path("/runsync"), R"({"input":")" + std::string(11 << 20, 'x') + R"("})").status,
            200);
  EXPECT_EQ(CallsOf("Submit"), 0U);
}

}  // namespace
}  // namespace furnace::gateway::testing
