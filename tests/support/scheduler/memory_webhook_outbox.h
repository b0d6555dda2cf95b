#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/webhook_ports.h"

namespace furnace::scheduler {

/// The outbox in memory. Thread-safe.
class MemoryWebhookOutbox final : public WebhookOutbox {
 public:
  explicit MemoryWebhookOutbox(const Clock& clock) : clock_(clock) {}

  absl::Status Add(const std::vector<Webhook>& webhooks) override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<Webhook>> Take(const WebhookDemand& demand) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Settle(const std::vector<WebhookAttemptEnd>& ends) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::optional<Webhook>> Latest(const std::string& subject) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<Webhook> Get(const std::string& id, const std::string& project_id) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<Webhook>> List(const WebhookFilter& filter) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<Webhook> Redrive(const std::string& id, const std::string& project_id) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<int> RedriveFailed(const std::string& project_id, int limit) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<int> DropOld(int limit) override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<WebhookBacklog> Backlog() override ABSL_LOCKS_EXCLUDED(mutex_);

  /// Calls of Add and Settle fail so until this is OK again.
  void set_status(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);
  std::size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Webhook* FindLocked(const std::string& id, const std::string& project_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RedriveLocked(Webhook& webhook) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::vector<Webhook> webhooks_ ABSL_GUARDED_BY(mutex_);  // The oldest first.
  std::int64_t last_position_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace furnace::scheduler
