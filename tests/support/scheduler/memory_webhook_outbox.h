#pragma once

#include <cstddef>
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
  absl::StatusOr<std::vector<Webhook>> Take(int limit, int each,
                                            const std::vector<std::string>& but,
                                            absl::Duration term) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Settle(const std::string& id, int attempt, const WebhookOutcome& outcome) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::optional<Webhook>> Latest(const std::string& subject) override
      ABSL_LOCKS_EXCLUDED(mutex_);

  std::size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const Clock& clock_;
  mutable Mutex mutex_;
  std::vector<Webhook> webhooks_ ABSL_GUARDED_BY(mutex_);  // The oldest first.
};

}  // namespace furnace::scheduler
