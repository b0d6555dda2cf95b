#include "services/scheduler/app/webhook_deliverer.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <thread>

#include "tests/support/scheduler/manual_clock.h"
#include "tests/support/scheduler/memory_webhook_outbox.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {
namespace {

// Answers as told, or not before it is told to.
class FakeSender final : public WebhookSender {
 public:
  WebhookAnswer Send(const Webhook& webhook) override {
    MutexLock lock(mutex_);
    sent_.push_back(webhook.id);
    changed_.SignalAll();
    while (held_.contains(webhook.project_id)) changed_.Wait(mutex_);
    return answer_;
  }

  void set_answer(WebhookAnswer answer) {
    MutexLock lock(mutex_);
    answer_ = std::move(answer);
  }
  // Webhooks of these projects are not answered.
  void Hold(std::set<std::string> projects) {
    MutexLock lock(mutex_);
    held_ = std::move(projects);
    changed_.SignalAll();
  }
  void AwaitSent(std::size_t count) {
    MutexLock lock(mutex_);
    while (sent_.size() < count) changed_.Wait(mutex_);
  }
  std::size_t sent() {
    MutexLock lock(mutex_);
    return sent_.size();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::set<std::string> held_;
  WebhookAnswer answer_{.http_status = 200, .retry_after = {}, .error = {}};
  std::vector<std::string> sent_;
};

class FakeMeter final : public WebhookMeter {
 public:
  void Attempted(WebhookStatus outcome) override {
    MutexLock lock(mutex_);
    ++attempts[outcome];
  }
  void Waiting(const WebhookBacklog& backlog) override { last = backlog; }

  Mutex mutex_;
  std::map<WebhookStatus, int> attempts;
  WebhookBacklog last;
};

class WebhookDelivererTest : public testing::Test {
 protected:
  void Add(int count, const std::string& project_id) {
    for (int i = 0; i < count; ++i) {
      Webhook webhook;
      webhook.id = NewId();
      webhook.project_id = project_id;
      webhook.subject = subject_;
      ASSERT_TRUE(outbox_.Add({webhook}).ok());
    }
  }

  // One round, to the end of its attempts.
  void Deliver() {
    WebhookDeliverer deliverer(outbox_, sender_, meter_);
    deliverer.Run(absl::ZeroDuration());
  }

  Webhook Latest() { return **outbox_.Latest(subject_); }
  int Failed() {
    return static_cast<int>(
        outbox_
            .List(
                {.project_id = "p", .status = WebhookStatus::kFailed, .subject = {}, .limit = 1000})
            ->size());
  }

  const std::string subject_ = NewId();
  ManualClock clock_;
  MemoryWebhookOutbox outbox_{clock_};
  FakeSender sender_;
  FakeMeter meter_;
};

TEST_F(WebhookDelivererTest, WhatIsAnsweredWithSuccessIsDelivered) {
  Add(1, "p");
  Deliver();
  EXPECT_EQ(Latest().status, WebhookStatus::kDelivered);
  EXPECT_EQ(Latest().attempts, 1);
  Deliver();
  EXPECT_EQ(sender_.sent(), 1U);
  EXPECT_EQ(meter_.attempts[WebhookStatus::kDelivered], 1);
}

TEST_F(WebhookDelivererTest, WhatFailsIsTriedAgainUntilItIsGivenUp) {
  Add(1, "p");
  sender_.set_answer({.http_status = 0, .retry_after = {}, .error = "refused"});
  int attempts = 0;
  for (absl::Duration age; age <= kWebhookLife; age += absl::Hours(3)) {
    Deliver();
    EXPECT_EQ(Latest().attempts, ++attempts);
    EXPECT_EQ(Latest().last_error, "refused");
    clock_.Advance(absl::Hours(3));
  }
  EXPECT_EQ(Latest().status, WebhookStatus::kFailed);
  Deliver();
  EXPECT_EQ(sender_.sent(), static_cast<std::size_t>(attempts));
  EXPECT_EQ(meter_.attempts[WebhookStatus::kPending], attempts - 1);
  EXPECT_EQ(meter_.attempts[WebhookStatus::kFailed], 1);
}

TEST_F(WebhookDelivererTest, ARedriveHasAllItsAttemptsAgain) {
  Add(1, "p");
  sender_.set_answer({.http_status = 410});
  Deliver();
  EXPECT_EQ(Failed(), 1);
  EXPECT_EQ(outbox_.RedriveFailed("p", 10).value(), 1);
  sender_.set_answer({.http_status = 500});
  Deliver();
  EXPECT_EQ(Latest().status, WebhookStatus::kPending);
  EXPECT_LE(Latest().next_at, clock_.Now() + absl::Seconds(1)) << "as after a first attempt";
}

TEST_F(WebhookDelivererTest, AProjectWhoseReceiversAreSlowHoldsUpItsOwnOnly) {
  Add(500, "slow");
  sender_.Hold({"slow"});
  WebhookDeliverer deliverer(outbox_, sender_, meter_);
  deliverer.Run(absl::ZeroDuration());
  sender_.AwaitSent(WebhookDeliverer::kMaxOfProject);
  Add(300, "other");
  while (sender_.sent() < WebhookDeliverer::kMaxOfProject + 300U) deliverer.Run();
  EXPECT_EQ(sender_.sent(), WebhookDeliverer::kMaxOfProject + 300U);
  sender_.Hold({});
}

TEST_F(WebhookDelivererTest, NoMoreAttemptsThanThereArePlacesAreOnTheirWay) {
  std::set<std::string> projects;
  for (int i = 0; i < 20; ++i) {
    projects.insert("p" + std::to_string(i));
    Add(10, "p" + std::to_string(i));
  }
  sender_.Hold(projects);
  WebhookDeliverer deliverer(outbox_, sender_, meter_);
  deliverer.Run(absl::ZeroDuration());
  sender_.AwaitSent(WebhookDeliverer::kMaxAttempts);
  deliverer.Run(absl::ZeroDuration());
  EXPECT_EQ(sender_.sent(), static_cast<std::size_t>(WebhookDeliverer::kMaxAttempts));
  sender_.Hold({});
}

TEST_F(WebhookDelivererTest, WhatCannotBeStoredIsStoredLater) {
  Add(1, "p");
  WebhookDeliverer deliverer(outbox_, sender_, meter_);
  deliverer.Run(absl::Minutes(1));
  outbox_.set_status(absl::UnavailableError("down"));
  deliverer.Run(absl::ZeroDuration());
  EXPECT_EQ(Latest().status, WebhookStatus::kPending);
  outbox_.set_status(absl::OkStatus());
  deliverer.Run(absl::ZeroDuration());
  EXPECT_EQ(Latest().status, WebhookStatus::kDelivered);
  EXPECT_EQ(sender_.sent(), 1U);
}

TEST_F(WebhookDelivererTest, ARoundThatWaitsEndsWhenItIsStopped) {
  for (const bool outbox_is_down : {false, true}) {
    WebhookDeliverer deliverer(outbox_, sender_, meter_);
    if (outbox_is_down) {
      Add(1, "p");
      deliverer.Run(absl::Hours(1));  // Until the attempt ends.
      outbox_.set_status(absl::UnavailableError("down"));
    }
    std::thread round([&] { deliverer.Run(absl::Hours(1)); });
    deliverer.Stop();
    round.join();
    outbox_.set_status(absl::OkStatus());
  }
}

TEST_F(WebhookDelivererTest, OldOnesAreDroppedAndTheRestIsMeasured) {
  Add(3, "p");
  Deliver();
  sender_.set_answer({.http_status = 410});
  Add(2, "p");
  Deliver();
  WebhookDeliverer deliverer(outbox_, sender_, meter_);
  clock_.Advance(kKeepDelivered);
  deliverer.Tidy();
  EXPECT_EQ(outbox_.size(), 5U);
  clock_.Advance(absl::Seconds(1));
  Add(1, "p");
  deliverer.Tidy();
  EXPECT_EQ(outbox_.size(), 3U);
  EXPECT_EQ(meter_.last.failed, 2);
  EXPECT_EQ(meter_.last.pending, 1);
  clock_.Advance(kKeepFailed);
  deliverer.Tidy();
  EXPECT_EQ(outbox_.size(), 1U);
  EXPECT_EQ(meter_.last.oldest, kKeepFailed);
}

}  // namespace
}  // namespace furnace::scheduler
