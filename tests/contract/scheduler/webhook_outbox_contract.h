// What every WebhookOutbox must do. Instantiated for the fake and for PostgreSQL.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "services/scheduler/app/webhook_ports.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {

/// `Backend` offers outbox() and PassTime(). Tests do not share projects; what one leaves
/// due, others may take.
template <typename Backend>
class WebhookOutboxContract : public testing::Test {
 protected:
  using Ids = std::vector<std::string>;

  Webhook Make(const std::string& project_id) const {
    Webhook webhook;
    webhook.id = NewId();
    webhook.project_id = project_id;
    webhook.kind = "test.kind";
    webhook.subject = subject_;
    webhook.url = "http://a/?x='1'";
    webhook.body = R"({"a": "\"é"})";
    return webhook;
  }

  Webhook Add(const std::string& project_id) {
    Webhook webhook = Make(project_id);
    EXPECT_TRUE(backend_.outbox().Add({webhook}).ok());
    return webhook;
  }
  Webhook Add() { return Add(project_); }

  // Of the test's projects, those that are due.
  std::vector<Webhook> Take(int each = 1000, const Ids& but = {},
                            absl::Duration term = absl::Hours(1)) {
    std::vector<Webhook> taken = backend_.outbox().Take(1000, each, but, term).value();
    std::erase_if(taken, [this](const Webhook& webhook) { return webhook.subject != subject_; });
    return taken;
  }

  Ids TakeIds(int each = 1000, const Ids& but = {}) {
    Ids ids;
    for (const Webhook& webhook : Take(each, but)) ids.push_back(webhook.id);
    return ids;
  }

  void Settle(const std::string& id, int attempt, const WebhookOutcome& outcome) {
    EXPECT_TRUE(backend_.outbox().Settle(id, attempt, outcome).ok());
  }

  Webhook Latest() { return *backend_.outbox().Latest(subject_).value(); }

  Backend backend_;
  const std::string project_ = NewId();
  const std::string subject_ = NewId();
};
TYPED_TEST_SUITE_P(WebhookOutboxContract);

TYPED_TEST_P(WebhookOutboxContract, WhatIsAddedIsTakenOnceAsItIs) {
  const Webhook added = this->Add();
  ASSERT_TRUE(this->backend_.outbox().Add({added}).ok());
  const std::vector<Webhook> taken = this->Take();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].id, added.id);
  EXPECT_EQ(taken[0].project_id, added.project_id);
  EXPECT_EQ(taken[0].kind, added.kind);
  EXPECT_EQ(taken[0].url, added.url);
  EXPECT_EQ(taken[0].body, added.body);
  EXPECT_EQ(taken[0].attempts, 1);
  EXPECT_TRUE(this->Take().empty());
}

TYPED_TEST_P(WebhookOutboxContract, AnAttemptThatNobodyEndsIsRepeated) {
  this->Add();
  ASSERT_EQ(this->Take(1000, {}, absl::Milliseconds(5)).size(), 1U);
  this->backend_.PassTime(absl::Milliseconds(10));
  const std::vector<Webhook> again = this->Take();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].attempts, 2);
}

TYPED_TEST_P(WebhookOutboxContract, AFailedAttemptIsRepeatedAfterItsWait) {
  const std::string id = this->Add().id;
  this->Take();
  this->Settle(id, 1,
               {.status = WebhookStatus::kPending, .error = "why", .wait = absl::Milliseconds(5)});
  EXPECT_EQ(this->Latest().last_error, "why");
  EXPECT_EQ(this->Latest().status, WebhookStatus::kPending);
  EXPECT_EQ(this->Latest().ended_at, std::nullopt);
  this->backend_.PassTime(absl::Milliseconds(10));
  EXPECT_EQ(this->Take().size(), 1U);
}

TYPED_TEST_P(WebhookOutboxContract, WhatIsDeliveredOrGivenUpIsNotTakenAgain) {
  for (const WebhookStatus status : {WebhookStatus::kDelivered, WebhookStatus::kFailed}) {
    const std::string id = this->Add().id;
    this->Take();
    this->Settle(id, 1, {.status = status, .error = {}, .wait = {}});
    this->backend_.PassTime(absl::Milliseconds(10));
    EXPECT_TRUE(this->Take().empty());
    EXPECT_EQ(this->Latest().id, id);
    EXPECT_EQ(this->Latest().status, status);
    EXPECT_TRUE(this->Latest().ended_at.has_value());
    EXPECT_EQ(this->Latest().body, "");
  }
}

TYPED_TEST_P(WebhookOutboxContract, AnOlderAttemptChangesNothing) {
  const std::string id = this->Add().id;
  this->Take(1000, {}, absl::Milliseconds(5));
  this->backend_.PassTime(absl::Milliseconds(10));
  this->Take();
  this->Settle(id, 1, {.status = WebhookStatus::kFailed, .error = "late", .wait = {}});
  EXPECT_EQ(this->Latest().status, WebhookStatus::kPending);
  this->Settle(id, 2, {});
  this->Settle(id, 2, {.status = WebhookStatus::kFailed, .error = "late", .wait = {}});
  EXPECT_EQ(this->Latest().status, WebhookStatus::kDelivered);
}

TYPED_TEST_P(WebhookOutboxContract, OneProjectDoesNotTakeAllThePlaces) {
  for (int i = 0; i < 3; ++i) this->Add();
  const std::string other = NewId();
  const std::string its = this->Add(other).id;
  EXPECT_EQ(this->TakeIds(1000, {this->project_}), std::vector{its});
  EXPECT_EQ(this->TakeIds(/*each=*/2).size(), 2U);
  EXPECT_EQ(this->TakeIds(/*each=*/2).size(), 1U);
  EXPECT_TRUE(this->TakeIds().empty());
}

TYPED_TEST_P(WebhookOutboxContract, WhatNeverWasHasNoLatest) {
  EXPECT_FALSE(this->backend_.outbox().Latest(this->subject_).value().has_value());
}

REGISTER_TYPED_TEST_SUITE_P(WebhookOutboxContract, WhatIsAddedIsTakenOnceAsItIs,
                            AnAttemptThatNobodyEndsIsRepeated, AFailedAttemptIsRepeatedAfterItsWait,
                            WhatIsDeliveredOrGivenUpIsNotTakenAgain, AnOlderAttemptChangesNothing,
                            OneProjectDoesNotTakeAllThePlaces, WhatNeverWasHasNoLatest);

}  // namespace furnace::scheduler
