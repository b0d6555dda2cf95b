#include "services/scheduler/domain/webhook.h"

#include <gtest/gtest.h>

#include <string>

namespace furnace::scheduler {
namespace {

TEST(AfterAttemptTest, TellsWhatAnAnswerComesTo) {
  struct Case {
    int attempts;
    int http_status;
    WebhookStatus status;
    const char* error;
    absl::Duration wait;
  };
  const Case cases[] = {
      {1, 200, WebhookStatus::kDelivered, "", absl::ZeroDuration()},
      {12, 204, WebhookStatus::kDelivered, "", absl::ZeroDuration()},
      {1, 0, WebhookStatus::kPending, "refused", absl::Seconds(1)},
      {1, 302, WebhookStatus::kPending, "answered with 302", absl::Seconds(1)},
      {2, 500, WebhookStatus::kPending, "answered with 500", absl::Seconds(3)},
      {3, 400, WebhookStatus::kPending, "answered with 400", absl::Seconds(9)},
      {10, 503, WebhookStatus::kPending, "answered with 503", absl::Seconds(19'683)},
      {11, 503, WebhookStatus::kPending, "answered with 503", absl::Hours(6)},
      {12, 503, WebhookStatus::kFailed, "answered with 503", absl::ZeroDuration()},
      {1, 410, WebhookStatus::kFailed, "answered with 410", absl::ZeroDuration()},
  };
  for (const Case& c : cases) {
    const WebhookOutcome outcome = AfterAttempt(c.attempts, c.http_status, "refused", /*draw=*/0);
    EXPECT_EQ(outcome.status, c.status) << c.attempts << " " << c.http_status;
    EXPECT_EQ(outcome.error, c.error) << c.attempts << " " << c.http_status;
    EXPECT_EQ(outcome.wait, c.wait) << c.attempts << " " << c.http_status;
  }
  EXPECT_EQ(AfterAttempt(2, 500, "", /*draw=*/1000).wait, absl::Milliseconds(1500));
}

TEST(CheckWebhookUrlTest, TakesPlainHttpUrlsOnly) {
  for (const char* url : {"http://a", "https://example.com/hooks?x=1&y=%20", "http://[::1]:80/",
                          "http://127.0.0.1:8080", "https://a.b/c@d"}) {
    EXPECT_TRUE(CheckWebhookUrl(url).ok()) << url;
  }
  const std::string long_url = "http://a/" + std::string(2048, 'x');
  for (const std::string& url :
       {std::string(""), std::string("a"), std::string("ftp://a"),
        std::string("file:///etc/passwd"), std::string("HTTP://a"), std::string("http://"),
        std::string("http:///x"), std::string("http://:80"), std::string("http://u:p@a/"),
        std::string("http://u@a"), std::string("http://a b"), std::string("http://a\nb"),
        std::string("http://a\\@b"), std::string("http://a/\x80"), std::string("http://a#f"),
        std::string("http://a\0b", 10), long_url}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckWebhookUrl(url))) << url;
  }
}

// The example of the Standard Webhooks specification.
TEST(SignWebhookTest, IsThatOfTheStandard) {
  EXPECT_EQ(SignWebhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        absl::FromUnixSeconds(1'614'265'330), R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSecretTest, IsAProjectsOwn) {
  const std::string secret = WebhookSecret("suite", "p");
  EXPECT_TRUE(secret.starts_with("whsec_"));
  EXPECT_EQ(secret.size(), 6U + 44U);
  EXPECT_EQ(secret, WebhookSecret("suite", "p"));
  EXPECT_NE(secret, WebhookSecret("suite", "q"));
  EXPECT_NE(secret, WebhookSecret("other", "p"));
}

}  // namespace
}  // namespace furnace::scheduler
