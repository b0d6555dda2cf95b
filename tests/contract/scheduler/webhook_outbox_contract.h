// What every WebhookOutbox must do. Instantiated for the fake and for PostgreSQL.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
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
    webhook.id = NewId() + ".1";
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

  // Of the test's webhooks, those that are due.
  std::vector<Webhook> Take(int each = 1000, const std::map<std::string, int>& busy = {},
                            absl::Duration term = absl::Hours(1)) {
    std::vector<Webhook> taken =
        backend_.outbox().Take({.limit = 1000, .each = each, .busy = busy, .term = term}).value();
    std::erase_if(taken, [this](const Webhook& webhook) { return webhook.subject != subject_; });
    return taken;
  }

  static Ids IdsOf(const std::vector<Webhook>& webhooks) {
    Ids ids;
    for (const Webhook& webhook : webhooks) ids.push_back(webhook.id);
    return ids;
  }

  void Settle(const std::string& id, int attempt, const WebhookOutcome& outcome) {
    EXPECT_TRUE(
        backend_.outbox().Settle({{.id = id, .attempt = attempt, .outcome = outcome}}).ok());
  }

  // A webhook whose first attempt has ended so.
  std::string Ended(WebhookStatus status) {
    std::string id = Add().id;
    Take();
    Settle(id, 1, {.status = status, .error = {}, .wait = {}});
    return id;
  }

  Ids List(WebhookFilter filter) {
    filter.project_id = project_;
    return IdsOf(backend_.outbox().List(filter).value());
  }

  Webhook Get(const std::string& id) { return backend_.outbox().Get(id, project_).value(); }
  Webhook Latest() { return *backend_.outbox().Latest(subject_).value(); }

  Backend backend_;
  const std::string project_ = NewId();
  const std::string subject_ = NewId();
};
TYPED_TEST_SUITE_P(WebhookOutboxContract);

TYPED_TEST_P(WebhookOutboxContract, WhatIsAddedIsTakenOnceAsItIs) {
  const Webhook added = this->Add();
  ASSERT_TRUE(this->backend_.outbox().Add({added, added}).ok());
  const std::vector<Webhook> taken = this->Take();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].id, added.id);
  EXPECT_EQ(taken[0].project_id, added.project_id);
  EXPECT_EQ(taken[0].kind, added.kind);
  EXPECT_EQ(taken[0].subject, added.subject);
  EXPECT_EQ(taken[0].url, added.url);
  EXPECT_EQ(taken[0].body, added.body);
  EXPECT_EQ(taken[0].attempts, 1);
  EXPECT_EQ(taken[0].earlier_attempts, 0);
  EXPECT_LE(taken[0].left, kWebhookLife);
  EXPECT_GT(taken[0].left, kWebhookLife - absl::Hours(1));
  EXPECT_EQ(taken[0].give_up_at - taken[0].created_at, kWebhookLife);
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
    const std::string id = this->Ended(status);
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

TYPED_TEST_P(WebhookOutboxContract, SeveralAttemptsEndAtOnce) {
  const std::string first = this->Add().id;
  const std::string second = this->Add().id;
  this->Take();
  ASSERT_TRUE(this->backend_.outbox()
                  .Settle({{.id = first, .attempt = 1, .outcome = {}},
                           {.id = second,
                            .attempt = 1,
                            .outcome = {.status = WebhookStatus::kFailed,
                                        .error = "a \"b\", {c}",
                                        .wait = {}}}})
                  .ok());
  EXPECT_EQ(this->Get(first).status, WebhookStatus::kDelivered);
  EXPECT_EQ(this->Get(second).status, WebhookStatus::kFailed);
  EXPECT_EQ(this->Get(second).last_error, "a \"b\", {c}");
}

TYPED_TEST_P(WebhookOutboxContract, OneProjectDoesNotTakeAllThePlaces) {
  for (int i = 0; i < 4; ++i) this->Add();
  const std::string other = NewId();
  const std::string its = this->Add(other).id;
  EXPECT_EQ(this->IdsOf(this->Take(/*each=*/2, {{this->project_, 2}})), std::vector{its});
  EXPECT_EQ(this->Take(/*each=*/2, {{this->project_, 1}}).size(), 1U);
  EXPECT_EQ(this->Take(/*each=*/2).size(), 2U);
  EXPECT_EQ(this->Take(/*each=*/2).size(), 1U);
  EXPECT_TRUE(this->Take(/*each=*/2).empty());
}

TYPED_TEST_P(WebhookOutboxContract, WhatNeverWasHasNoLatest) {
  EXPECT_FALSE(this->backend_.outbox().Latest(this->subject_).value().has_value());
}

TYPED_TEST_P(WebhookOutboxContract, AProjectSeesItsOwnOnly) {
  const Webhook added = this->Add();
  EXPECT_EQ(this->Get(added.id).body, added.body);
  WebhookOutbox& outbox = this->backend_.outbox();
  EXPECT_TRUE(absl::IsNotFound(outbox.Get(added.id, NewId()).status()));
  EXPECT_TRUE(absl::IsNotFound(outbox.Get(NewId(), this->project_).status()));
  EXPECT_TRUE(absl::IsNotFound(outbox.Redrive(added.id, NewId()).status()));
  EXPECT_TRUE(outbox.List({.project_id = NewId(), .status = {}, .subject = {}})->empty());
}

TYPED_TEST_P(WebhookOutboxContract, ListsAreNewestFirstAndPaged) {
  const std::string failed = this->Ended(WebhookStatus::kFailed);
  const std::string delivered = this->Ended(WebhookStatus::kDelivered);
  const std::string pending = this->Add().id;
  using Strings = std::vector<std::string>;
  EXPECT_EQ(this->List({}), (Strings{pending, delivered, failed}));
  EXPECT_EQ(this->List({.limit = 2}), (Strings{pending, delivered}));
  EXPECT_EQ(this->List({.before = this->Get(delivered).position}), Strings{failed});
  EXPECT_EQ(this->List({.status = WebhookStatus::kFailed}), Strings{failed});
  EXPECT_EQ(this->List({.subject = this->subject_}).size(), 3U);
  EXPECT_EQ(this->List({.subject = NewId()}), Strings{});
  EXPECT_EQ(this->backend_.outbox().List({.project_id = this->project_})->front().body, "");
}

TYPED_TEST_P(WebhookOutboxContract, ARedriveBeginsAnew) {
  for (const WebhookStatus status : {WebhookStatus::kFailed, WebhookStatus::kDelivered}) {
    const std::string id = this->Ended(status);
    const absl::Time before = this->Get(id).give_up_at;
    this->backend_.PassTime(absl::Milliseconds(5));
    const Webhook redriven = this->backend_.outbox().Redrive(id, this->project_).value();
    EXPECT_EQ(redriven.status, WebhookStatus::kPending);
    EXPECT_EQ(redriven.ended_at, std::nullopt);
    EXPECT_EQ(redriven.attempts, 1);
    EXPECT_GT(redriven.give_up_at, before);
    const std::vector<Webhook> taken = this->Take();
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken[0].attempts, 2);
    EXPECT_EQ(taken[0].earlier_attempts, 1);
    this->Settle(id, 1, {.status = WebhookStatus::kFailed, .error = {}, .wait = {}});
    EXPECT_EQ(this->Get(id).status, WebhookStatus::kPending) << "that was before";
    this->Settle(id, 2, {});
    EXPECT_EQ(this->Get(id).status, WebhookStatus::kDelivered);
  }
}

TYPED_TEST_P(WebhookOutboxContract, AllThatFailedIsRedrivenTheOldestFirst) {
  const std::string first = this->Ended(WebhookStatus::kFailed);
  const std::string delivered = this->Ended(WebhookStatus::kDelivered);
  const std::string second = this->Ended(WebhookStatus::kFailed);
  WebhookOutbox& outbox = this->backend_.outbox();
  EXPECT_EQ(outbox.RedriveFailed(NewId(), 10).value(), 0);
  EXPECT_EQ(outbox.RedriveFailed(this->project_, 1).value(), 1);
  EXPECT_EQ(this->Get(first).status, WebhookStatus::kPending);
  EXPECT_EQ(outbox.RedriveFailed(this->project_, 10).value(), 1);
  EXPECT_EQ(outbox.RedriveFailed(this->project_, 10).value(), 0);
  EXPECT_EQ(this->Get(second).status, WebhookStatus::kPending);
  EXPECT_EQ(this->Get(delivered).status, WebhookStatus::kDelivered);
}

TYPED_TEST_P(WebhookOutboxContract, WhatIsNotOldIsKept) {
  const std::string id = this->Ended(WebhookStatus::kDelivered);
  EXPECT_TRUE(this->backend_.outbox().DropOld(1000).ok());
  EXPECT_EQ(this->Get(id).id, id);
}

TYPED_TEST_P(WebhookOutboxContract, TheBacklogIsCounted) {
  const WebhookBacklog before = this->backend_.outbox().Backlog().value();
  this->Ended(WebhookStatus::kFailed);
  this->Ended(WebhookStatus::kDelivered);
  this->Add();
  this->backend_.PassTime(absl::Milliseconds(5));
  const WebhookBacklog after = this->backend_.outbox().Backlog().value();
  EXPECT_EQ(after.failed, before.failed + 1);
  EXPECT_EQ(after.pending, before.pending + 1);
  EXPECT_GE(after.oldest, absl::Milliseconds(5));
}

REGISTER_TYPED_TEST_SUITE_P(WebhookOutboxContract, WhatIsAddedIsTakenOnceAsItIs,
                            AnAttemptThatNobodyEndsIsRepeated, AFailedAttemptIsRepeatedAfterItsWait,
                            WhatIsDeliveredOrGivenUpIsNotTakenAgain, AnOlderAttemptChangesNothing,
                            SeveralAttemptsEndAtOnce, OneProjectDoesNotTakeAllThePlaces,
                            WhatNeverWasHasNoLatest, AProjectSeesItsOwnOnly,
                            ListsAreNewestFirstAndPaged, ARedriveBeginsAnew,
                            AllThatFailedIsRedrivenTheOldestFirst, WhatIsNotOldIsKept,
                            TheBacklogIsCounted);

}  // namespace furnace::scheduler
