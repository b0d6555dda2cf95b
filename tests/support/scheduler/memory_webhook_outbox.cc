#include "tests/support/scheduler/memory_webhook_outbox.h"

#include <algorithm>

namespace furnace::scheduler {

absl::Status MemoryWebhookOutbox::Add(const std::vector<Webhook>& webhooks) {
  MutexLock lock(mutex_);
  for (const Webhook& webhook : webhooks) {
    const auto is_same = [&webhook](const Webhook& other) { return other.id == webhook.id; };
    if (std::any_of(webhooks_.begin(), webhooks_.end(), is_same)) continue;
    webhooks_.push_back(webhook);
    webhooks_.back().next_at = clock_.Now();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Webhook>> MemoryWebhookOutbox::Take(int limit, int each,
                                                               const std::vector<std::string>& but,
                                                               absl::Duration term) {
  MutexLock lock(mutex_);
  std::vector<Webhook> taken;
  std::map<std::string, int> of_project;
  for (Webhook& webhook : webhooks_) {
    const bool due = webhook.status == WebhookStatus::kPending && webhook.next_at <= clock_.Now();
    const bool left_out = std::find(but.begin(), but.end(), webhook.project_id) != but.end();
    if (!due || left_out || static_cast<int>(taken.size()) == limit) continue;
    if (++of_project[webhook.project_id] > each) continue;
    ++webhook.attempts;
    webhook.next_at = clock_.Now() + term;
    taken.push_back(webhook);
  }
  return taken;
}

absl::Status MemoryWebhookOutbox::Settle(const std::string& id, int attempt,
                                         const WebhookOutcome& outcome) {
  MutexLock lock(mutex_);
  for (Webhook& webhook : webhooks_) {
    const bool current = webhook.id == id && webhook.attempts == attempt &&
                         webhook.status == WebhookStatus::kPending;
    if (!current) continue;
    webhook.status = outcome.status;
    webhook.last_error = outcome.error;
    webhook.next_at = clock_.Now() + outcome.wait;
    if (outcome.status != WebhookStatus::kPending) webhook.ended_at = clock_.Now();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Webhook>> MemoryWebhookOutbox::Latest(const std::string& subject) {
  MutexLock lock(mutex_);
  for (auto next = webhooks_.rbegin(); next != webhooks_.rend(); ++next) {
    if (next->subject != subject) continue;
    Webhook latest = *next;
    latest.body.clear();
    return std::optional<Webhook>(std::move(latest));
  }
  return std::optional<Webhook>();
}

std::size_t MemoryWebhookOutbox::size() const {
  MutexLock lock(mutex_);
  return webhooks_.size();
}

}  // namespace furnace::scheduler
