// What the delivery of webhooks needs of the world. Blocks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/scheduler/domain/webhook.h"

namespace furnace::scheduler {

/// Webhooks that are to be sent or have been. Times are the store's clock.
class WebhookOutbox {
 public:
  virtual ~WebhookOutbox() = default;

  /// Stores webhooks, due at once; one whose id is known is left as it is.
  virtual absl::Status Add(const std::vector<Webhook>& webhooks) = 0;

  /// Begins an attempt of webhooks that are due, at most `limit`, and `each` of a project,
  /// and none of the projects `but`. Each is due again after `term`, unless Settle says
  /// otherwise by then: an attempt that nobody ends is repeated.
  virtual absl::StatusOr<std::vector<Webhook>> Take(int limit, int each,
                                                    const std::vector<std::string>& but,
                                                    absl::Duration term) = 0;

  /// Ends the latest attempt of a webhook; nothing happens when another has begun.
  virtual absl::Status Settle(const std::string& id, int attempt,
                              const WebhookOutcome& outcome) = 0;

  /// The newest webhook about `subject`, without its body; nullopt when there is none.
  virtual absl::StatusOr<std::optional<Webhook>> Latest(const std::string& subject) = 0;
};

/// Sends webhooks.
class WebhookSender {
 public:
  virtual ~WebhookSender() = default;

  /// Posts a webhook; the HTTP status of the answer, whatever it is, or why there was none.
  /// Thread-safe.
  virtual absl::StatusOr<int> Send(const Webhook& webhook) = 0;
};

}  // namespace furnace::scheduler
