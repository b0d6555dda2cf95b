// What clients may do to the HTTP server, byte by byte.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/gateway_client.h"
#include "tests/support/gateway_harness.h"

namespace furnace::gateway::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kAuth[] = "Authorization: Bearer fk_runner\r\n";
constexpr char kRun[] = "/v1/endpoints/e1/run";
constexpr std::size_t kMiB = std::size_t{1} << 20;

// Short enough to wait for; a slow machine may fail no test by them, for a test
// either sends nothing more or everything at once.
http::ServerLimits Impatient() {
  http::ServerLimits limits;
  limits.head_timeout = absl::Seconds(1);
  limits.body_timeout = absl::Milliseconds(100);
  limits.idle_timeout = absl::Milliseconds(100);
  return limits;
}

class HttpProtocolTest : public ::testing::Test {
 protected:
  HttpClient Connect() { return HttpClient(gateway_.http_port()); }

  GatewayHarness gateway_;
};

class ImpatientHttpTest : public ::testing::Test {
 protected:
  GatewayHarness gateway_{Impatient()};
};

TEST_F(HttpProtocolTest, ConnectionsAreUsedAgain) {
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask("GET", "/health").status, 200);
  EXPECT_EQ(client.Ask("POST", kRun, kAuth, R"({"input":1})").status, 200);
  EXPECT_EQ(client.Ask("GET", "/nowhere").status, 404);
  EXPECT_EQ(client.Ask("GET", "/health").status, 200);
}

TEST_F(HttpProtocolTest, PipelinedRequestsAreAnsweredInOrder) {
  HttpClient client = Connect();
  std::string burst;
  for (int i = 0; i < 50; ++i) {
    const std::string body = fmt::format(R"({{"input":{}}})", i);
    burst += fmt::format(
        "POST {} HTTP/1.1\r\nHost: t\r\n{}X-Request-ID: r{}\r\nContent-Length: {}\r\n\r\n{}", kRun,
        kAuth, i, body.size(), body);
  }
  ASSERT_TRUE(client.Write(burst));
  for (int i = 0; i < 50; ++i) {
    const HttpAnswer answer = client.Read();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("x-request-id"), fmt::format("r{}", i));
    EXPECT_THAT(answer.body, HasSubstr(fmt::format(R"("input":{},)", i)));
  }
}

TEST_F(HttpProtocolTest, ARequestMayComeByteByByte) {
  HttpClient client = Connect();
  const std::string body = R"({"input":[1,2,3]})";
  for (const char c : fmt::format("POST {} HTTP/1.1\r\nHost: t\r\n{}Content-Length: {}\r\n\r\n{}",
                                  kRun, kAuth, body.size(), body)) {
    ASSERT_TRUE(client.Write(std::string_view(&c, 1)));
  }
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(HttpProtocolTest, ChunkedBodiesAreJoined) {
  HttpClient client = Connect();
  client.Request("POST", kRun, std::string(kAuth) + "Transfer-Encoding: chunked\r\n");
  client.Write("5\r\n{\"inp\r\n");
  client.Write("6;x=y\r\nut\":1}\r\n0\r\nTrailer: t\r\n\r\n");
  EXPECT_THAT(client.Read().body, HasSubstr(R"("input":1)"));
  EXPECT_EQ(client.Ask("GET", "/health").status, 200);
}

TEST_F(HttpProtocolTest, MalformedChunksAre400) {
  HttpClient client = Connect();
  client.Request("POST", kRun, std::string(kAuth) + "Transfer-Encoding: chunked\r\n");
  client.Write("zz\r\nnonsense\r\n");
  EXPECT_EQ(client.Read().status, 400);
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpProtocolTest, AnnouncedBodyAboveTheLimitIs413BeforeItIsSent) {
  HttpClient client = Connect();
  client.Request("POST", kRun, fmt::format("{}Content-Length: {}\r\n", kAuth, 10 * kMiB + 1));
  const HttpAnswer answer = client.Read();
  EXPECT_EQ(answer.status, 413);
  EXPECT_THAT(answer.body, HasSubstr("larger than 10 MiB"));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpProtocolTest, ChunkedBodyAboveTheLimitIs413) {
  HttpClient client = Connect();
  client.Request("POST", kRun, std::string(kAuth) + "Transfer-Encoding: chunked\r\n");
  const std::string chunk = fmt::format("{:x}\r\n{}\r\n", kMiB, std::string(kMiB, ' '));
  for (int i = 0; i < 11; ++i) client.Write(chunk);
  const HttpAnswer answer = client.Read();
  EXPECT_EQ(answer.status, 413);
  EXPECT_THAT(answer.body, HasSubstr("larger than 10 MiB"));
}

TEST_F(HttpProtocolTest, RunSyncTakesTwiceAsMuch) {
  const auto announce = [this](std::size_t bytes) {
    HttpClient client = Connect();
    client.Request("POST", "/v1/endpoints/e1/runsync",
                   fmt::format("{}Expect: 100-continue\r\nContent-Length: {}\r\n", kAuth, bytes));
    return client.Read();
  };
  EXPECT_EQ(announce(20 * kMiB).status, 100);
  const HttpAnswer refused = announce(20 * kMiB + 1);
  EXPECT_EQ(refused.status, 413);
  EXPECT_THAT(refused.body, HasSubstr("larger than 20 MiB"));
}

TEST_F(HttpProtocolTest, ALargeBodyArrivesWhole) {
  const std::string input = '"' + std::string(kMiB, 'x') + '"';
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask("POST", kRun, kAuth, "{\"input\":" + input + "}").status, 200);
  EXPECT_EQ(client.Ask("GET", "/health").status, 200);
  furnace::v1::SubmitRequest seen;
  seen.ParseFromString(gateway_.stage().Last("Submit").request);
  EXPECT_EQ(seen.input(), input);
}

TEST_F(HttpProtocolTest, AHugeContentLengthCostsNothing) {
  HttpClient client = Connect();
  client.Request("POST", kRun, std::string(kAuth) + "Content-Length: 18446744073709551615\r\n");
  EXPECT_EQ(client.Read().status, 413);
}

TEST_F(HttpProtocolTest, NoBodyIsReadWithoutAKey) {
  HttpClient client = Connect();
  client.Request("POST", kRun, "Content-Length: 1000000\r\n");
  EXPECT_EQ(client.Read().status, 401);
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpProtocolTest, ContinueIsSentWhenTheBodyIsWanted) {
  HttpClient client = Connect();
  const std::string body = R"({"input":1})";
  client.Request(
      "POST", kRun,
      fmt::format("{}Expect: 100-continue\r\nContent-Length: {}\r\n", kAuth, body.size()));
  EXPECT_EQ(client.Read().status, 100);
  client.Write(body);
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(HttpProtocolTest, ContinueIsNotSentWhenTheBodyIsRefused) {
  HttpClient client = Connect();
  client.Request("POST", kRun,
                 fmt::format("{}Expect: 100-continue\r\nContent-Length: {}\r\n", kAuth, 11 * kMiB));
  EXPECT_EQ(client.Read().status, 413);
}

TEST_F(HttpProtocolTest, UnknownExpectationIs417) {
  HttpClient client = Connect();
  client.Request("POST", kRun, std::string(kAuth) + "Expect: the-impossible\r\n", "{}");
  EXPECT_EQ(client.Read().status, 417);
}

TEST_F(HttpProtocolTest, TooManyHeadersAre431) {
  std::string headers;
  for (int i = 0; i < 10'000; ++i) headers += fmt::format("X-{}: y\r\n", i);
  EXPECT_EQ(Connect().Ask("GET", "/health", headers).status, 431);
}

TEST_F(HttpProtocolTest, AHundredHeadersAreFineAndOneMoreIsNot) {
  std::string headers;
  for (int i = 0; i < 99; ++i) headers += fmt::format("X-{}: y\r\n", i);
  EXPECT_EQ(Connect().Ask("GET", "/health", headers).status, 200);
  EXPECT_EQ(Connect().Ask("GET", "/health", headers + "Y: y\r\n").status, 431);
}

TEST_F(HttpProtocolTest, LargeHeadersAre431) {
  const std::string header = "X: " + std::string(33 << 10, 'x') + "\r\n";
  EXPECT_EQ(Connect().Ask("GET", "/health", header).status, 431);
}

TEST_F(HttpProtocolTest, ALongRequestLineIs414) {
  EXPECT_EQ(Connect().Ask("GET", "/" + std::string(9 << 10, 'x')).status, 414);
}

TEST_F(HttpProtocolTest, AnEndlessRequestLineIs414) {
  HttpClient client = Connect();
  client.Write("GET /" + std::string(64 << 10, 'x'));
  EXPECT_EQ(client.Read().status, 414);
}

TEST_F(HttpProtocolTest, NonsenseIs400AndTheEnd) {
  const std::string get = "GET /health HTTP/1.1\r\n";
  const std::string post = "POST /health HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n";
  for (const std::string& nonsense : std::vector<std::string>{
           "nonsense\r\n", "GET /health\r\n", "GET  /health HTTP/1.1\r\nHost: t\r\n",
           "GET health HTTP/1.1\r\nHost: t\r\n", get, get + "Host: a\r\nHost: b\r\n",
           get + "Host: t\r\nBad Header: x\r\n", get + "Host: t\r\nContent-Length: x\r\n",
           get + "Host: t\r\nContent-Length: -1\r\n", post + "Content-Length: 2\r\n",
           post + "Transfer-Encoding: chunked\r\n"}) {
    HttpClient client = Connect();
    client.Write(nonsense + "\r\n");
    const HttpAnswer answer = client.Read();
    EXPECT_EQ(answer.status, 400) << nonsense;
    EXPECT_THAT(answer.body, HasSubstr("request_id"));
  }
}

TEST_F(HttpProtocolTest, OtherVersionsAndEncodingsAreNamed) {
  HttpClient newer = Connect();
  newer.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  EXPECT_EQ(newer.Read().status, 505);
  HttpClient zipped = Connect();
  zipped.Write("POST /health HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\n\r\n");
  EXPECT_EQ(zipped.Read().status, 501);
}

TEST_F(HttpProtocolTest, Http10EndsTheConnection) {
  HttpClient client = Connect();
  client.Write("GET /health HTTP/1.0\r\n\r\n");
  const HttpAnswer answer = client.Read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpProtocolTest, CloseIsHonoured) {
  HttpClient client = Connect();
  EXPECT_EQ(client.Ask("GET", "/health", "Connection: close\r\n").headers.at("connection"),
            "close");
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpProtocolTest, AbsoluteTargetsWork) {
  EXPECT_EQ(Connect().Ask("GET", "http://test/health?x=y").status, 200);
}

TEST_F(HttpProtocolTest, HeadAnswersLikeGetWithoutTheBody) {
  HttpClient client = Connect();
  const HttpAnswer head = client.Ask("HEAD", "/health");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "15");
  EXPECT_EQ(client.Ask("GET", "/health").body.size(), 15U);
}

TEST_F(HttpProtocolTest, OptionsAndWrongMethodsNameWhatIsAllowed) {
  HttpClient client = Connect();
  const HttpAnswer options = client.Ask("OPTIONS", "/v1/endpoints");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.at("allow"), "OPTIONS, GET, HEAD, POST");
  const HttpAnswer wrong = client.Ask("DELETE", "/v1/endpoints");
  EXPECT_EQ(client.Ask("OPTIONS", "*").status, 204);
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "OPTIONS, GET, HEAD, POST");
  EXPECT_EQ(client.Ask("HEAD", "/v1/jobs/j1/watch").status, 405);
  EXPECT_EQ(client.Ask("BREW", "/health").status, 405);
}

TEST_F(HttpProtocolTest, OnlyJsonIsTaken) {
  HttpClient client = Connect();
  const auto post = [&](const std::string& type) {
    return client.Ask("POST", kRun, std::string(kAuth) + type, R"({"input":1})").status;
  };
  EXPECT_EQ(post(""), 200);
  EXPECT_EQ(post("Content-Type: Application/JSON ; charset=utf-8\r\n"), 200);
  EXPECT_EQ(post("Content-Type: application/x-www-form-urlencoded\r\n"), 200);
  EXPECT_EQ(post("Content-Type: text/xml\r\n"), 415);
  EXPECT_EQ(post("Content-Type: application/json\r\n"), 200);
}

TEST_F(HttpProtocolTest, HalfClosedBeforeTheEndIsDropped) {
  HttpClient head = Connect();
  head.Write("GET /health HT");
  head.HalfClose();
  EXPECT_TRUE(head.IsClosed());

  HttpClient body = Connect();
  body.Request("POST", kRun, std::string(kAuth) + "Content-Length: 100\r\n");
  body.Write("{\"input\":");
  body.HalfClose();
  EXPECT_TRUE(body.IsClosed());
}

TEST_F(HttpProtocolTest, HalfClosedAfterTheRequestIsAnswered) {
  HttpClient client = Connect();
  client.Request("POST", kRun, kAuth, R"({"input":1})");
  client.HalfClose();
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpProtocolTest, AClientThatLeavesEndsItsWait) {
  gateway_.stage().Hold("Wait");
  HttpClient client = Connect();
  client.Request("GET", "/v1/jobs/j1/wait", kAuth);
  gateway_.stage().Await("Wait");
  client.Close();
  gateway_.stage().AwaitCancelled("Wait");
}

TEST_F(HttpProtocolTest, AClientThatWaitsAndSendsMoreIsServedBoth) {
  gateway_.stage().Hold("Wait");
  HttpClient client = Connect();
  client.Request("GET", "/v1/jobs/j1/wait", kAuth);
  gateway_.stage().Await("Wait");
  client.Request("GET", "/health");
  gateway_.stage().Release("Wait");
  EXPECT_THAT(client.Read().body, HasSubstr(R"("id":"j1")"));
  EXPECT_THAT(client.Read().body, HasSubstr("ok"));
}

TEST_F(ImpatientHttpTest, SlowHeadersAre408) {
  HttpClient client(gateway_.http_port());
  client.Write("GET /health HTTP/1.1\r\nX-Slow: ");
  EXPECT_EQ(client.Read().status, 408);
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ImpatientHttpTest, SlowBodiesAre408) {
  HttpClient client(gateway_.http_port());
  client.Request("POST", kRun, std::string(kAuth) + "Content-Length: 100\r\n");
  client.Write("{");
  const HttpAnswer answer = client.Read();
  EXPECT_EQ(answer.status, 408);
  EXPECT_THAT(answer.body, HasSubstr("REQUEST_TIMEOUT"));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ImpatientHttpTest, SilentConnectionsAreClosedWithoutAWord) {
  HttpClient fresh(gateway_.http_port());
  EXPECT_TRUE(fresh.IsClosed());
  HttpClient idle(gateway_.http_port());
  EXPECT_EQ(idle.Ask("GET", "/health").status, 200);
  EXPECT_TRUE(idle.IsClosed());
}

TEST(HttpLimitsTest, ConnectionsBeyondTheLimitAre503) {
  http::ServerLimits limits;
  limits.connections = 2;
  GatewayHarness gateway(limits);
  HttpClient first(gateway.http_port());
  HttpClient second(gateway.http_port());
  EXPECT_EQ(first.Ask("GET", "/health").status, 200);
  EXPECT_EQ(second.Ask("GET", "/health").status, 200);

  HttpClient third(gateway.http_port());
  const HttpAnswer answer = third.Read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_EQ(first.Ask("GET", "/health").status, 200);
}

TEST(HttpLimitsTest, BodiesBeyondTheSharedLimitAre503) {
  http::ServerLimits limits;
  limits.body_bytes = kMiB;
  GatewayHarness gateway(limits);
  const std::string body = R"({"input":")" + std::string(2 * kMiB, 'x') + R"("})";
  EXPECT_EQ(Ask(gateway.http_port(), kRunnerKey, "POST", kRun, body).status, 503);
  EXPECT_EQ(Ask(gateway.http_port(), kRunnerKey, "POST", kRun, R"({"input":1})").status, 200);
}

TEST(HttpLimitsTest, AReaderThatStopsIsDropped) {
  http::ServerLimits limits;
  limits.write_timeout = absl::Milliseconds(500);
  GatewayHarness gateway(limits);
  furnace::v1::WatchResponse message;
  message.mutable_job()->set_output('"' + std::string(kMiB, 'x') + '"');
  gateway.services.jobs.Script({message}, /*endless=*/true);
  HttpClient client(gateway.http_port());
  client.Request("GET", "/v1/jobs/j1/watch", kAuth);
  EXPECT_EQ(client.ReadHead().status, 200);
  gateway.stage().AwaitCancelled("Watch");
}

}  // namespace
}  // namespace furnace::gateway::testing
