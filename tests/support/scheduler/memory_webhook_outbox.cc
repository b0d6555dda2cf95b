#include "tests/support/scheduler/memory_webhook_outbox.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

Webhook WithoutBody(Webhook webhook) {
  webhook.body.clear();
  return webhook;
}

}  // namespace

absl::Status MemoryWebhookOutbox::Add(const std::vector<Webhook>& webhooks) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  for (const Webhook& webhook : webhooks) {
    const auto is_same = [&webhook](const Webhook& other) { return other.id == webhook.id; };
    if (std::any_of(webhooks_.begin(), webhooks_.end(), is_same)) continue;
    webhooks_.push_back(webhook);
    Webhook& added = webhooks_.back();
    added.created_at = added.next_at = clock_.Now();
    added.give_up_at = added.created_at + kWebhookLife;
    added.position = ++last_position_;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Webhook>> MemoryWebhookOutbox::Take(const WebhookDemand& demand) {
  MutexLock lock(mutex_);
  std::vector<Webhook*> due;
  for (Webhook& webhook : webhooks_) {
    const bool is_due =
        webhook.status == WebhookStatus::kPending && webhook.next_at <= clock_.Now();
    if (is_due) due.push_back(&webhook);
  }
  std::stable_sort(due.begin(), due.end(),
                   [](const Webhook* a, const Webhook* b) { return a->next_at < b->next_at; });
  std::vector<Webhook> taken;
  std::map<std::string, int> of_project = demand.busy;
  for (Webhook* webhook : due) {
    if (static_cast<int>(taken.size()) == demand.limit) break;
    if (of_project[webhook->project_id] >= demand.each) continue;
    ++of_project[webhook->project_id];
    ++webhook->attempts;
    webhook->next_at = clock_.Now() + demand.term;
    taken.push_back(*webhook);
    taken.back().left = webhook->give_up_at - clock_.Now();
  }
  return taken;
}

absl::Status MemoryWebhookOutbox::Settle(const std::vector<WebhookAttemptEnd>& ends) {
  MutexLock lock(mutex_);
  FURNACE_RETURN_IF_ERROR(failure_);
  for (const WebhookAttemptEnd& end : ends) {
    for (Webhook& webhook : webhooks_) {
      const bool current = webhook.id == end.id && webhook.attempts == end.attempt &&
                           webhook.status == WebhookStatus::kPending;
      if (!current) continue;
      webhook.status = end.outcome.status;
      webhook.last_error = end.outcome.error;
      webhook.next_at = clock_.Now() + end.outcome.wait;
      if (end.outcome.status != WebhookStatus::kPending) webhook.ended_at = clock_.Now();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Webhook>> MemoryWebhookOutbox::Latest(const std::string& subject) {
  MutexLock lock(mutex_);
  for (auto next = webhooks_.rbegin(); next != webhooks_.rend(); ++next) {
    if (next->subject == subject) return std::optional<Webhook>(WithoutBody(*next));
  }
  return std::optional<Webhook>();
}

absl::StatusOr<Webhook> MemoryWebhookOutbox::Get(const std::string& id,
                                                 const std::string& project_id) {
  MutexLock lock(mutex_);
  const Webhook* const webhook = FindLocked(id, project_id);
  if (webhook == nullptr) return absl::NotFoundError(id);
  return *webhook;
}

absl::StatusOr<std::vector<Webhook>> MemoryWebhookOutbox::List(const WebhookFilter& filter) {
  MutexLock lock(mutex_);
  std::vector<Webhook> listed;
  for (auto next = webhooks_.rbegin(); next != webhooks_.rend(); ++next) {
    if (next->project_id != filter.project_id) continue;
    if (filter.status && next->status != *filter.status) continue;
    if (!filter.subject.empty() && next->subject != filter.subject) continue;
    if (filter.before != 0 && next->position >= filter.before) continue;
    if (static_cast<int>(listed.size()) < filter.limit) listed.push_back(WithoutBody(*next));
  }
  return listed;
}

absl::StatusOr<Webhook> MemoryWebhookOutbox::Redrive(const std::string& id,
                                                     const std::string& project_id) {
  MutexLock lock(mutex_);
  Webhook* const webhook = FindLocked(id, project_id);
  if (webhook == nullptr) return absl::NotFoundError(id);
  RedriveLocked(*webhook);
  return WithoutBody(*webhook);
}

absl::StatusOr<int> MemoryWebhookOutbox::RedriveFailed(const std::string& project_id, int limit) {
  MutexLock lock(mutex_);
  int redriven = 0;
  for (Webhook& webhook : webhooks_) {
    if (webhook.project_id != project_id || webhook.status != WebhookStatus::kFailed) continue;
    if (redriven == limit) break;
    RedriveLocked(webhook);
    ++redriven;
  }
  return redriven;
}

absl::StatusOr<int> MemoryWebhookOutbox::DropOld(int limit) {
  MutexLock lock(mutex_);
  int dropped = 0;
  std::erase_if(webhooks_, [&](const Webhook& webhook) {
    if (!webhook.ended_at || dropped == limit) return false;
    const bool delivered = webhook.status == WebhookStatus::kDelivered;
    const bool old = *webhook.ended_at < clock_.Now() - (delivered ? kKeepDelivered : kKeepFailed);
    if (old) ++dropped;
    return old;
  });
  return dropped;
}

absl::StatusOr<WebhookBacklog> MemoryWebhookOutbox::Backlog() {
  MutexLock lock(mutex_);
  WebhookBacklog backlog;
  for (const Webhook& webhook : webhooks_) {
    if (webhook.status == WebhookStatus::kFailed) ++backlog.failed;
    if (webhook.status != WebhookStatus::kPending) continue;
    ++backlog.pending;
    backlog.oldest = std::max(backlog.oldest, clock_.Now() - webhook.created_at);
  }
  return backlog;
}

void MemoryWebhookOutbox::set_status(absl::Status status) {
  MutexLock lock(mutex_);
  failure_ = std::move(status);
}

std::size_t MemoryWebhookOutbox::size() const {
  MutexLock lock(mutex_);
  return webhooks_.size();
}

Webhook* MemoryWebhookOutbox::FindLocked(const std::string& id, const std::string& project_id) {
  for (Webhook& webhook : webhooks_) {
    if (webhook.id == id && webhook.project_id == project_id) return &webhook;
  }
  return nullptr;
}

void MemoryWebhookOutbox::RedriveLocked(Webhook& webhook) const {
  webhook.status = WebhookStatus::kPending;
  webhook.ended_at.reset();
  webhook.next_at = clock_.Now();
  webhook.earlier_attempts = webhook.attempts;
  webhook.give_up_at = clock_.Now() + kWebhookLife;
}

}  // namespace furnace::scheduler
