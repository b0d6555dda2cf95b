#include "services/scheduler/app/webhook_deliverer.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/scheduler/manual_clock.h"
#include "tests/support/scheduler/memory_webhook_outbox.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {
namespace {

// Answers as told, or not before it is told to.
class FakeSender final : public WebhookSender {
 public:
  absl::StatusOr<int> Send(const Webhook& webhook) override {
    MutexLock lock(mutex_);
    sent_.push_back(webhook.id);
    changed_.SignalAll();
    while (held_) changed_.Wait(mutex_);
    return answer_;
  }

  void set_answer(absl::StatusOr<int> answer) {
    MutexLock lock(mutex_);
    answer_ = std::move(answer);
  }
  void Hold(bool held) {
    MutexLock lock(mutex_);
    held_ = held;
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
  bool held_ = false;
  absl::StatusOr<int> answer_ = 200;
  std::vector<std::string> sent_;
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
    auto deliverer = std::make_unique<WebhookDeliverer>(outbox_, sender_);
    deliverer->Run();
  }

  Webhook Latest() { return **outbox_.Latest(subject_); }

  const std::string subject_ = NewId();
  ManualClock clock_;
  MemoryWebhookOutbox outbox_{clock_};
  FakeSender sender_;
};

TEST_F(WebhookDelivererTest, WhatIsAnsweredWithSuccessIsDelivered) {
  Add(1, "p");
  Deliver();
  EXPECT_EQ(Latest().status, WebhookStatus::kDelivered);
  EXPECT_EQ(Latest().attempts, 1);
  Deliver();
  EXPECT_EQ(sender_.sent(), 1U);
}

TEST_F(WebhookDelivererTest, WhatFailsIsTriedAgainUntilItIsGivenUp) {
  Add(1, "p");
  sender_.set_answer(absl::UnavailableError("refused"));
  for (int attempt = 1; attempt <= kMaxDeliveries; ++attempt) {
    Deliver();
    EXPECT_EQ(Latest().attempts, attempt);
    EXPECT_EQ(Latest().last_error, "refused");
    clock_.Advance(absl::Hours(6));
  }
  EXPECT_EQ(Latest().status, WebhookStatus::kFailed);
  Deliver();
  EXPECT_EQ(sender_.sent(), static_cast<std::size_t>(kMaxDeliveries));
}

TEST_F(WebhookDelivererTest, AProjectWhoseReceiversAreSlowHoldsUpItsOwnOnly) {
  Add(5, "slow");
  sender_.Hold(true);
  WebhookDeliverer deliverer(outbox_, sender_);
  deliverer.Run();
  sender_.AwaitSent(WebhookDeliverer::kMaxOfProject);
  deliverer.Run();
  Add(1, "other");
  deliverer.Run();
  sender_.AwaitSent(WebhookDeliverer::kMaxOfProject + 1);
  sender_.Hold(false);
}

}  // namespace
}  // namespace furnace::scheduler
