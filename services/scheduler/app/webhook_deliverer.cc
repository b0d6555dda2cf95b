#include "services/scheduler/app/webhook_deliverer.h"

#include <spdlog/spdlog.h>

#include <random>

namespace furnace::scheduler {
namespace {

// For the jitter of a wait.
int Draw() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_int_distribution<int>(0, 999)(random);
}

}  // namespace

void WebhookDeliverer::Run() {
  int room = 0;
  std::vector<std::string> busy;
  {
    MutexLock lock(mutex_);
    room = kMaxAttempts - running_;
    for (const auto& [project, attempts] : by_project_) busy.push_back(project);
  }
  if (room == 0) return;
  const auto due = outbox_.Take(room, kMaxOfProject, busy, kTerm);
  if (!due.ok()) return;  // The next round will do.
  for (const Webhook& webhook : *due) {
    {
      MutexLock lock(mutex_);
      ++running_;
      ++by_project_[webhook.project_id];
    }
    // There is a place for each that was asked for.
    if (!threads_.TrySubmit([this, webhook] { Deliver(webhook); })) return;
  }
}

void WebhookDeliverer::Deliver(const Webhook& webhook) {
  const absl::StatusOr<int> answer = sender_.Send(webhook);
  const WebhookOutcome outcome = AfterAttempt(webhook.attempts, answer.ok() ? *answer : 0,
                                              std::string(answer.status().message()), Draw());
  if (outcome.status == WebhookStatus::kFailed) {
    spdlog::warn("webhook {} given up after {} attempts: {}", webhook.id, webhook.attempts,
                 outcome.error);
  }
  const absl::Status settled = outbox_.Settle(webhook.id, webhook.attempts, outcome);
  // It is repeated, which the receiver can tell by its id.
  if (!settled.ok()) spdlog::warn("webhook {}: {}", webhook.id, settled.ToString());
  MutexLock lock(mutex_);
  --running_;
  if (--by_project_[webhook.project_id] == 0) by_project_.erase(webhook.project_id);
}

}  // namespace furnace::scheduler
