#include "services/scheduler/clients/http_webhook_sender.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/loopback_server.h"
#include "tests/support/scheduler/manual_clock.h"

namespace furnace::scheduler {
namespace {

Webhook AWebhook(std::string url) {
  Webhook webhook;
  webhook.id = "1.1";
  webhook.project_id = "p";
  webhook.kind = "job.done";
  webhook.url = std::move(url);
  webhook.body = "{}";
  return webhook;
}

// Any address of this machine.
HttpWebhookSender::Options Private(std::vector<std::string> secrets = {"s"}) {
  return {.suite_secrets = std::move(secrets), .may_connect = nullptr};
}

bool HasLine(const std::string& head, const std::string& line) {
  return head.find("\r\n" + line + "\r\n") != std::string::npos;
}

class HttpWebhookSenderTest : public testing::Test {
 protected:
  ManualClock clock_;
};

TEST_F(HttpWebhookSenderTest, SignsUnderEachSecret) {
  std::string head;
  const LoopbackServer server([&head](int connection, const std::string& read) {
    head = read;
    LoopbackServer::Say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  HttpWebhookSender sender(Private({"new", "old"}), clock_);
  const Webhook webhook = AWebhook(server.Url("127.0.0.1"));
  EXPECT_EQ(sender.Send(webhook).http_status, 200);
  EXPECT_TRUE(head.starts_with("POST / HTTP/1.1\r\n")) << head;
  EXPECT_TRUE(HasLine(head, "Content-Type: application/json")) << head;
  EXPECT_TRUE(HasLine(head, "webhook-id: 1.1")) << head;
  EXPECT_TRUE(HasLine(head, "furnace-event: job.done")) << head;
  EXPECT_TRUE(
      HasLine(head, "webhook-timestamp: " + std::to_string(absl::ToUnixSeconds(clock_.Now()))))
      << head;
  EXPECT_TRUE(
      HasLine(head, "webhook-signature: " + SignWithAll({"new", "old"}, webhook, clock_.Now())))
      << head;
}

TEST_F(HttpWebhookSenderTest, PrivateReceiversAreRefusedUnlessAllowed) {
  const LoopbackServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  HttpWebhookSender sender(
      {.suite_secrets = {"s"},
       .resolve = {"name.test:" + std::to_string(server.port()) + ":127.0.0.1"}},
      clock_);
  for (const char* host : {"127.0.0.1", "name.test", "0x7f.1", "[::ffff:127.0.0.1]"}) {
    const WebhookAnswer answer = sender.Send(AWebhook(server.Url(host) + "?token=secret"));
    EXPECT_EQ(answer.http_status, 0) << host;
    EXPECT_NE(answer.error.find("not allowed"), std::string::npos) << answer.error;
    EXPECT_EQ(answer.error.find("secret"), std::string::npos) << answer.error;
  }
  EXPECT_EQ(server.connections(), 0);
  HttpWebhookSender allowed(Private(), clock_);
  EXPECT_EQ(allowed.Send(AWebhook(server.Url("127.0.0.1"))).http_status, 200);
}

TEST_F(HttpWebhookSenderTest, KeepsItsConnections) {
  const LoopbackServer server([](int connection, const std::string& first) {
    for (std::string head = first; !head.empty(); head = LoopbackServer::ReadHead(connection)) {
      char body[2];
      if (read(connection, body, sizeof body) != 2) return;
      LoopbackServer::Say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  });
  HttpWebhookSender sender(Private(), clock_);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(sender.Send(AWebhook(server.Url("127.0.0.1"))).http_status, 200);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpWebhookSenderTest, TellsWhatTheReceiverAnswers) {
  struct Case {
    const char* answer;
    int http_status;
    absl::Duration retry_after;
  };
  for (const Case& c :
       {Case{"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
             302, absl::ZeroDuration()},
        Case{"HTTP/1.1 429 Slow\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n", 429,
             absl::Seconds(30)},
        Case{"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", 0, absl::ZeroDuration()},
        Case{"", 0, absl::ZeroDuration()}, Case{"garbage", 0, absl::ZeroDuration()}}) {
    const LoopbackServer server{std::string(c.answer)};
    HttpWebhookSender sender(Private(), clock_);
    const WebhookAnswer answer = sender.Send(AWebhook(server.Url("127.0.0.1")));
    EXPECT_EQ(answer.http_status, c.http_status) << c.answer;
    EXPECT_EQ(answer.retry_after, c.retry_after) << c.answer;
    EXPECT_EQ(answer.error.empty(), c.http_status != 0) << c.answer;
  }
}

TEST_F(HttpWebhookSenderTest, ALongAnswerIsNotReadToItsEnd) {
  const LoopbackServer server("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" +
                              std::string(100'000, 'x'));
  HttpWebhookSender sender(Private(), clock_);
  EXPECT_EQ(sender.Send(AWebhook(server.Url("127.0.0.1"))).http_status, 200);
}

}  // namespace
}  // namespace furnace::scheduler
