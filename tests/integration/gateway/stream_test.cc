// Watching a job: lines of JSON, and a WebSocket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/gateway_client.h"
#include "tests/support/gateway_harness.h"
#include "tests/support/gateway_web_socket.h"

namespace furnace::gateway::testing {
namespace {

namespace v1 = furnace::v1;
using ::testing::HasSubstr;

constexpr char kAuth[] = "Authorization: Bearer fk_viewer\r\n";
constexpr char kWatch[] = "/v1/jobs/j1/watch";
constexpr char kStream[] = "/v1/jobs/j1/stream";

v1::WatchResponse Chunk(int sequence, const std::string& output) {
  v1::WatchResponse response;
  response.mutable_job()->set_id("j1");
  response.mutable_job()->set_status(v1::JOB_STATUS_IN_PROGRESS);
  auto* chunk = response.add_chunks();
  chunk->set_sequence(sequence);
  chunk->set_output(output);
  return response;
}

v1::WatchResponse Final() {
  v1::WatchResponse response;
  response.mutable_job()->set_id("j1");
  response.mutable_job()->set_status(v1::JOB_STATUS_COMPLETED);
  response.mutable_job()->set_output("{\n \"a\": 1\n}");
  return response;
}

class StreamTest : public ::testing::Test {
 protected:
  GatewayHarness gateway_;
};

TEST_F(StreamTest, LinesEndWithTheFinalState) {
  gateway_.services.jobs.Script({Chunk(1, "\"x\""), Final()});
  HttpClient client(gateway_.http_port());
  const HttpAnswer answer = client.Ask("GET", kWatch, kAuth);

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-type"), "application/x-ndjson");
  EXPECT_TRUE(answer.complete);
  EXPECT_THAT(answer.body, HasSubstr(R"("chunks":[{"sequence":1,"output":"x"}]})"));
  EXPECT_EQ(std::count(answer.body.begin(), answer.body.end(), '\n'), 2);
  EXPECT_THAT(answer.body, HasSubstr(R"("output":{  "a": 1 })"));
  EXPECT_EQ(client.Ask("GET", "/health").status, 200);
}

TEST_F(StreamTest, EachLineComesWhenItIsThere) {
  gateway_.services.jobs.Script({Chunk(1, "1")});
  gateway_.stage().Hold("Watch");  // After the script.
  HttpClient client(gateway_.http_port());
  client.Request("GET", kWatch, kAuth);

  EXPECT_EQ(client.ReadHead().status, 200);
  EXPECT_THAT(client.ReadChunk(), HasSubstr(R"("sequence":1)"));
  gateway_.stage().Release("Watch");
  EXPECT_EQ(client.ReadChunk(), "");
}

TEST_F(StreamTest, AnErrorBeforeTheFirstLineIsAnOrdinaryAnswer) {
  gateway_.stage().Fail("Watch", {grpc::StatusCode::NOT_FOUND, "no job j1"});
  const HttpAnswer answer = Ask(gateway_.http_port(), kViewerKey, "GET", kWatch);
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, HasSubstr("no job j1"));
}

TEST_F(StreamTest, UnavailableIsTriedAgainBeforeTheFirstLineOnly) {
  gateway_.stage().Fail("Watch", {grpc::StatusCode::UNAVAILABLE, "gone"});
  EXPECT_TRUE(Ask(gateway_.http_port(), kViewerKey, "GET", kWatch).complete);
  gateway_.stage().Await("Watch", 2);

  gateway_.services.jobs.Script({Chunk(1, "1")});
  gateway_.stage().Fail("Watch", {grpc::StatusCode::UNAVAILABLE, "gone"});
  EXPECT_FALSE(Ask(gateway_.http_port(), kViewerKey, "GET", kWatch).complete);
}

TEST_F(StreamTest, AnErrorAfterTheFirstLineIsTheLastLineAndLeavesTheBodyUnfinished) {
  gateway_.services.jobs.Script({Chunk(1, "1")});
  gateway_.stage().Fail("Watch", {grpc::StatusCode::RESOURCE_EXHAUSTED, "too slow"});
  const HttpAnswer answer = Ask(gateway_.http_port(), kViewerKey, "GET", kWatch);
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.complete);
  EXPECT_THAT(answer.body, HasSubstr(R"({"error":"too slow","code":"RESOURCE_EXHAUSTED",)"));
}

TEST_F(StreamTest, AnHttp10ClientGetsLinesUntilTheEnd) {
  gateway_.services.jobs.Script({Final()});
  HttpClient client(gateway_.http_port());
  client.Write(std::string("GET ") + kWatch + " HTTP/1.0\r\n" + kAuth + "\r\n");
  const HttpAnswer answer = client.Read();
  EXPECT_EQ(answer.headers.count("transfer-encoding"), 0U);
  EXPECT_THAT(answer.body, HasSubstr("COMPLETED"));
}

TEST_F(StreamTest, AReaderThatLeavesEndsTheCall) {
  gateway_.services.jobs.Script({Chunk(1, "1")}, /*endless=*/true);
  HttpClient client(gateway_.http_port());
  client.Request("GET", kWatch, kAuth);
  EXPECT_EQ(client.ReadHead().status, 200);
  client.Close();
  gateway_.stage().AwaitCancelled("Watch");
}

TEST_F(StreamTest, AReaderThatLeavesASilentStreamEndsTheCall) {
  gateway_.stage().Hold("Watch");
  HttpClient client(gateway_.http_port());
  client.Request("GET", kWatch, kAuth);
  gateway_.stage().Await("Watch");
  client.Close();
  gateway_.stage().AwaitCancelled("Watch");
}

TEST_F(StreamTest, WebSocketSendsEachMessageAndClosesNormally) {
  gateway_.services.jobs.Script({Chunk(1, "1"), Final()});
  WebSocketClient client(gateway_.http_port(), std::string(kStream) + "?after_chunk=5", kViewerKey);

  ASSERT_EQ(client.http_status(), 101);
  EXPECT_THAT(client.Read().value_or(""), HasSubstr(R"("sequence":1)"));
  EXPECT_THAT(client.Read().value_or(""), HasSubstr("COMPLETED"));
  EXPECT_EQ(client.Read(), std::nullopt);
  EXPECT_EQ(client.close_code(), 1000);
  v1::WatchRequest seen;
  seen.ParseFromString(gateway_.stage().Last("Watch").request);
  EXPECT_EQ(seen.job_id(), "j1");
  EXPECT_EQ(seen.after_chunk(), 5);
}

TEST_F(StreamTest, WebSocketTakesTheKeyFromTheQuery) {
  gateway_.services.jobs.Script({Final()});
  WebSocketClient client(gateway_.http_port(), std::string(kStream) + "?token=fk_viewer", "");
  EXPECT_EQ(client.http_status(), 101);
  EXPECT_TRUE(client.Read().has_value());
}

TEST_F(StreamTest, WebSocketIsRefusedBeforeTheHandshake) {
  EXPECT_EQ(WebSocketClient(gateway_.http_port(), kStream, "").http_status(), 401);
  EXPECT_EQ(
      WebSocketClient(gateway_.http_port(), std::string(kStream) + "?after_chunk=x", kViewerKey)
          .http_status(),
      400);
  EXPECT_EQ(Ask(gateway_.http_port(), kViewerKey, "GET", kStream).status, 426);
}

TEST_F(StreamTest, WebSocketClosesWithTheErrorsStatus) {
  gateway_.stage().Fail("Watch", {grpc::StatusCode::NOT_FOUND, "no job j1"});
  WebSocketClient client(gateway_.http_port(), kStream, kViewerKey);
  ASSERT_EQ(client.http_status(), 101);
  EXPECT_EQ(client.Read(), std::nullopt);
  EXPECT_EQ(client.close_code(), 4404);
  EXPECT_EQ(client.close_reason(), "NOT_FOUND: no job j1");
}

TEST_F(StreamTest, WebSocketReaderThatFallsBehindIsToldSo) {
  gateway_.stage().Fail("Watch",
                        {grpc::StatusCode::RESOURCE_EXHAUSTED,
                         "too slow by far: äääääääääääääääääääääääääääääääääääääääääääää"});
  WebSocketClient client(gateway_.http_port(), kStream, kViewerKey);
  EXPECT_EQ(client.Read(), std::nullopt);
  EXPECT_EQ(client.close_code(), 1008);
  EXPECT_THAT(client.close_reason(), HasSubstr("RESOURCE_EXHAUSTED: too slow by far: ää"));
}

TEST_F(StreamTest, WebSocketReasonIsAlwaysText) {
  gateway_.stage().Fail("Watch", {grpc::StatusCode::ABORTED, "not \xff text"});
  WebSocketClient client(gateway_.http_port(), kStream, kViewerKey);
  EXPECT_EQ(client.Read(), std::nullopt);
  EXPECT_EQ(client.close_code(), 4409);
  EXPECT_THAT(client.close_reason(), HasSubstr("ABORTED: not "));
}

TEST_F(StreamTest, WebSocketClientThatLeavesEndsTheCall) {
  gateway_.stage().Hold("Watch");
  WebSocketClient client(gateway_.http_port(), kStream, kViewerKey);
  ASSERT_EQ(client.http_status(), 101);
  gateway_.stage().Await("Watch");
  client.Vanish();
  gateway_.stage().AwaitCancelled("Watch");
}

TEST_F(StreamTest, WebSocketClientThatClosesEndsTheCall) {
  gateway_.services.jobs.Script({Chunk(1, "1")}, /*endless=*/true);
  WebSocketClient client(gateway_.http_port(), kStream, kViewerKey);
  EXPECT_TRUE(client.Read().has_value());
  client.Close();
  gateway_.stage().AwaitCancelled("Watch");
}

TEST_F(StreamTest, WebSocketIgnoresWhatClientsSayWithinReason) {
  gateway_.stage().Hold("Watch");
  gateway_.services.jobs.Script({});
  WebSocketClient client(gateway_.http_port(), kStream, kViewerKey);
  EXPECT_TRUE(client.Write("hello"));
  EXPECT_TRUE(client.Write(std::string(5000, 'x')));
  EXPECT_EQ(client.Read(), std::nullopt);  // That was too much.
  gateway_.stage().AwaitCancelled("Watch");
}

TEST_F(StreamTest, WebSocketClientThatSendsOnIsToldWhyItIsSentAway) {
  gateway_.stage().Hold("Watch");
  gateway_.services.jobs.Script({Chunk(1, "1"), Chunk(2, "2"), Chunk(3, "3")});
  for (const std::size_t sent : {std::size_t{5000}, std::size_t{4} << 20}) {
    HttpClient client(gateway_.http_port());
    client.Request("GET", kStream,
                   std::string(kAuth) +
                       "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
    ASSERT_EQ(client.ReadHead().status, 101);
    // The head of a frame of 2^40 bytes, masked with zeros.
    const std::string head("\x81\xff\0\0\1\0\0\0\0\0\0\0\0\0", 14);
    EXPECT_TRUE(client.Write(head + std::string(sent, 'x')));
    EXPECT_TRUE(client.ReadRest().ends_with("\x88\x02\x03\xf1")) << "a close frame, 1009";
    client.Close();
  }
}

TEST(StreamLimitsTest, AWebSocketReaderThatStopsIsDropped) {
  http::ServerLimits limits;
  limits.write_timeout = absl::Milliseconds(500);
  GatewayHarness gateway(limits);
  gateway.services.jobs.Script({Chunk(1, '"' + std::string(1 << 20, 'x') + '"')},
                               /*endless=*/true);
  WebSocketClient client(gateway.http_port(), kStream, kViewerKey);
  EXPECT_TRUE(client.Read().has_value());
  gateway.stage().AwaitCancelled("Watch");
}

TEST(StreamLimitsTest, AWebSocketClientThatAnswersNoPingIsDropped) {
  http::ServerLimits limits;
  limits.ping_interval = absl::Milliseconds(50);
  GatewayHarness gateway(limits);
  gateway.stage().Hold("Watch");
  WebSocketClient client(gateway.http_port(), kStream, kViewerKey);
  ASSERT_EQ(client.http_status(), 101);
  gateway.stage().AwaitCancelled("Watch");  // For nobody reads, and so nobody pongs.
}

}  // namespace
}  // namespace furnace::gateway::testing
