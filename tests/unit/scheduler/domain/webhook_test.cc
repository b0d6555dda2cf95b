#include "services/scheduler/domain/webhook.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace furnace::scheduler {
namespace {

TEST(AfterAttemptTest, TellsWhatAnAnswerComesTo) {
  constexpr absl::Duration kMuch = absl::Hours(23);
  struct Case {
    int attempts;
    absl::Duration left;
    int http_status;
    absl::Duration retry_after;
    WebhookStatus status;
    const char* error;
    absl::Duration wait;
  };
  const absl::Duration none;
  const Case cases[] = {
      {1, kMuch, 200, none, WebhookStatus::kDelivered, "", none},
      {30, -kMuch, 204, none, WebhookStatus::kDelivered, "", none},
      {1, kMuch, 0, none, WebhookStatus::kPending, "refused", absl::Seconds(1)},
      {1, kMuch, 302, none, WebhookStatus::kPending, "answered with 302", absl::Seconds(1)},
      {2, kMuch, 500, none, WebhookStatus::kPending, "answered with 500", absl::Seconds(3)},
      {3, kMuch, 400, none, WebhookStatus::kPending, "answered with 400", absl::Seconds(9)},
      {9, kMuch, 503, none, WebhookStatus::kPending, "answered with 503", absl::Seconds(6561)},
      {10, kMuch, 503, none, WebhookStatus::kPending, "answered with 503", absl::Hours(3)},
      {1000, kMuch, 503, none, WebhookStatus::kPending, "answered with 503", absl::Hours(3)},
      // The last attempt is when its life is over.
      {20, absl::Hours(1), 503, none, WebhookStatus::kPending, "answered with 503", absl::Hours(1)},
      {20, none, 503, none, WebhookStatus::kFailed, "answered with 503", none},
      {1, -kMuch, 0, none, WebhookStatus::kFailed, "refused", none},
      {1, kMuch, 410, none, WebhookStatus::kFailed, "answered with 410", none},
      // What the receiver asks for, within bounds.
      {1, kMuch, 429, absl::Seconds(77), WebhookStatus::kPending, "answered with 429",
       absl::Seconds(77)},
      {3, kMuch, 429, absl::Seconds(2), WebhookStatus::kPending, "answered with 429",
       absl::Seconds(9)},
      {1, kMuch, 503, absl::Hours(100), WebhookStatus::kPending, "answered with 503",
       absl::Hours(3)},
      {1, absl::Minutes(1), 503, absl::Hours(1), WebhookStatus::kPending, "answered with 503",
       absl::Minutes(1)},
  };
  for (const Case& c : cases) {
    const WebhookAnswer answer{
        .http_status = c.http_status, .retry_after = c.retry_after, .error = "refused"};
    const WebhookOutcome outcome = AfterAttempt(c.attempts, c.left, answer, /*draw=*/0);
    EXPECT_EQ(outcome.status, c.status) << c.attempts << " " << c.http_status;
    EXPECT_EQ(outcome.error, c.error) << c.attempts << " " << c.http_status;
    EXPECT_EQ(outcome.wait, c.wait) << c.attempts << " " << c.http_status;
  }
  EXPECT_EQ(AfterAttempt(2, kMuch, {.http_status = 500}, /*draw=*/1000).wait,
            absl::Milliseconds(1500));
}

// Whatever the jitter, the last attempt is made after 24 hours, and there are not too many.
TEST(AfterAttemptTest, ADeadReceiverIsTriedForADay) {
  for (const int draw : {0, 500, 999}) {
    absl::Duration age;
    int attempts = 1;
    for (;; ++attempts) {
      const WebhookOutcome outcome =
          AfterAttempt(attempts, kWebhookLife - age, {.http_status = 503}, draw);
      if (outcome.status == WebhookStatus::kFailed) break;
      age += outcome.wait;
    }
    EXPECT_EQ(age, kWebhookLife);
    EXPECT_GE(attempts, 16);
    EXPECT_LE(attempts, 30);
  }
}

TEST(IsWebhookIdTest, TakesWhatNamesAnEnd) {
  for (const char* id : {"01890a5d-ac96-774b-bcce-b302099a8057.12", "a", "1.2"}) {
    EXPECT_TRUE(IsWebhookId(id)) << id;
  }
  for (const std::string& id :
       {std::string(), std::string("A"), std::string("a/b"), std::string("a\0b", 3),
        std::string("\xc3\xa4"), std::string(65, 'a')}) {
    EXPECT_FALSE(IsWebhookId(id)) << id;
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

TEST(SplitSecretsTest, TheFirstIsThePresentOne) {
  using Secrets = std::vector<std::string>;
  EXPECT_EQ(SplitSecrets("new,old"), (Secrets{"new", "old"}));
  EXPECT_EQ(SplitSecrets("only"), Secrets{"only"});
  EXPECT_EQ(SplitSecrets(", ,"), Secrets{});
  EXPECT_EQ(SplitSecrets(""), Secrets{});
}

TEST(SignWithAllTest, GivesASignatureForEachSecret) {
  Webhook webhook;
  webhook.id = "1.1";
  webhook.project_id = "p";
  webhook.body = "{}";
  const absl::Time now = absl::FromUnixSeconds(1'614'265'330);
  const auto under = [&](std::string_view suite) {
    return SignWebhook(WebhookSecret(suite, "p"), "1.1", now, "{}");
  };
  EXPECT_EQ(SignWithAll({"new"}, webhook, now), under("new"));
  EXPECT_EQ(SignWithAll({"new", "old"}, webhook, now), under("new") + " " + under("old"));
}

}  // namespace
}  // namespace furnace::scheduler
