#include "services/scheduler/app/webhook_deliverer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

#include "absl/time/clock.h"

namespace furnace::scheduler {
namespace {

// Old webhooks that are dropped in one statement, and in one call.
constexpr int kDroppedAtOnce = 1000;
constexpr int kDroppedInACall = 100'000;

// For the jitter of a wait.
int Draw() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_int_distribution<int>(0, 999)(random);
}

}  // namespace

WebhookDeliverer::~WebhookDeliverer() {
  threads_.Stop();
  const absl::Status settled = SettleEnded();
  if (!settled.ok()) spdlog::warn("webhooks: {}", settled.ToString());
}

void WebhookDeliverer::Run(absl::Duration patience) {
  const absl::Status settled = SettleEnded();
  if (settled.ok()) {
    BeginDue();
    return Wait(patience, /*ends=*/true);
  }
  spdlog::warn("webhooks: {}", settled.ToString());
  Wait(patience, /*ends=*/false);  // The outbox is down, and what has ended stays.
}

void WebhookDeliverer::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  changed_.SignalAll();
}

// What cannot be stored is tried again, while its places are taken. When that takes longer
// than the term, the attempt is repeated, which the receiver can tell by its id.
absl::Status WebhookDeliverer::SettleEnded() {
  std::vector<Ended> ended;
  {
    MutexLock lock(mutex_);
    ended.swap(ended_);
  }
  if (ended.empty()) return absl::OkStatus();
  std::vector<WebhookAttemptEnd> ends;
  for (const Ended& each : ended) ends.push_back(each.end);
  absl::Status settled = outbox_.Settle(ends);
  MutexLock lock(mutex_);
  if (settled.ok()) {
    for (const Ended& each : ended) Release(each.project_id);
  } else {
    std::move(ended.begin(), ended.end(), std::back_inserter(ended_));
  }
  return settled;
}

void WebhookDeliverer::BeginDue() {
  WebhookDemand demand{.limit = 0, .each = kMaxOfProject, .busy = {}, .term = kTerm};
  {
    MutexLock lock(mutex_);
    demand.limit = kMaxAttempts - running_;
    demand.busy = by_project_;
  }
  if (demand.limit == 0) return;
  const auto due = outbox_.Take(demand);
  if (!due.ok()) return;  // The next round will do.
  for (const Webhook& webhook : *due) {
    MutexLock lock(mutex_);
    ++running_;
    ++by_project_[webhook.project_id];
    // There is a place for each that was asked for, unless all is about to end.
    if (!threads_.TrySubmit([this, webhook] { Deliver(webhook); })) Release(webhook.project_id);
  }
}

void WebhookDeliverer::Wait(absl::Duration patience, bool ends) {
  const absl::Time until = absl::Now() + patience;
  MutexLock lock(mutex_);
  while (!stopped_ && !(ends && !ended_.empty()) && absl::Now() < until) {
    changed_.WaitFor(mutex_, until - absl::Now());
  }
}

void WebhookDeliverer::Deliver(const Webhook& webhook) {
  const WebhookAnswer answer = sender_.Send(webhook);
  WebhookOutcome outcome =
      AfterAttempt(webhook.attempts - webhook.earlier_attempts, webhook.left, answer, Draw());
  meter_.Attempted(outcome.status);
  if (outcome.status == WebhookStatus::kFailed) {
    spdlog::warn("webhook {} given up after {} attempts: {}", webhook.id, webhook.attempts,
                 outcome.error);
  }
  MutexLock lock(mutex_);
  ended_.push_back(
      {.project_id = webhook.project_id,
       .end = {.id = webhook.id, .attempt = webhook.attempts, .outcome = std::move(outcome)}});
  changed_.SignalAll();
}

void WebhookDeliverer::Release(const std::string& project_id) {
  --running_;
  const auto project = by_project_.find(project_id);
  if (project != by_project_.end() && --project->second == 0) by_project_.erase(project);
}

void WebhookDeliverer::Tidy() {
  for (int dropped = 0; dropped < kDroppedInACall; dropped += kDroppedAtOnce) {
    const auto some = outbox_.DropOld(kDroppedAtOnce);
    if (!some.ok() || *some < kDroppedAtOnce) break;  // The next call will do.
  }
  const auto backlog = outbox_.Backlog();
  if (backlog.ok()) meter_.Waiting(*backlog);
}

}  // namespace furnace::scheduler
