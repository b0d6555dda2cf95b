// Stopping without losing what is under way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/gateway_client.h"
#include "tests/support/gateway_harness.h"
#include "tests/support/gateway_web_socket.h"

namespace furnace::gateway::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kAuth[] = "Authorization: Bearer fk_runner\r\n";
// Longer than any test runs: what ends earlier has not waited for it.
constexpr absl::Duration kLong = absl::Seconds(60);

class DrainTest : public ::testing::Test {
 protected:
  GatewayHarness gateway_;
};

TEST_F(DrainTest, HealthSaysSoAndConnectionsEnd) {
  HttpClient client(gateway_.http_port());
  EXPECT_EQ(client.Ask("GET", "/health").status, 200);
  gateway_.BeginDrain();
  const HttpAnswer answer = client.Ask("GET", "/health");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(DrainTest, ARequestUnderWayIsAnswered) {
  gateway_.stage().Hold("Submit");
  HttpClient client(gateway_.http_port());
  client.Request("POST", "/v1/endpoints/e1/run", kAuth, R"({"input":1})");
  gateway_.stage().Await("Submit");
  gateway_.BeginDrain();
  std::thread finish([this] { gateway_.FinishDrain(kLong); });
  gateway_.stage().Release("Submit");

  const HttpAnswer answer = client.Read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  client.Close();
  finish.join();
}

TEST_F(DrainTest, NobodyNewIsLetIn) {
  HttpClient open(gateway_.http_port());
  EXPECT_EQ(open.Ask("GET", "/health").status, 200);
  gateway_.BeginDrain();
  // The listening socket closes on another thread; once this is answered...
  EXPECT_EQ(open.Ask("GET", "/health").status, 503);
  gateway_.FinishDrain(kLong);
  EXPECT_EQ(Ask(gateway_.http_port(), "", "GET", "/health").status, 0);
}

TEST_F(DrainTest, WhatTakesTooLongIsToldThatItIsOver) {
  gateway_.stage().Hold("Wait");
  gateway_.stage().Hold("Watch");
  HttpClient wait(gateway_.http_port());
  wait.Request("GET", "/v1/jobs/j1/wait", kAuth);
  WebSocketClient stream(gateway_.http_port(), "/v1/jobs/j1/stream", kRunnerKey);
  gateway_.stage().Await("Wait");
  gateway_.stage().Await("Watch");

  gateway_.BeginDrain();
  std::thread finish([this] { gateway_.FinishDrain(absl::ZeroDuration()); });

  const HttpAnswer answer = wait.Read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("shutting down"));
  EXPECT_EQ(stream.Read(), std::nullopt);
  EXPECT_EQ(stream.close_code(), 1001);
  finish.join();
}

}  // namespace
}  // namespace furnace::gateway::testing
