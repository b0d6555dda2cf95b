// What the delivery of webhooks needs of the world. Blocks.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/scheduler/domain/webhook.h"

namespace furnace::scheduler {

/// Which webhooks are to be begun.
struct WebhookDemand {
  int limit = 0;                    // Most of them,
  int each = 0;                     // and of a project, those included that are on their way:
  std::map<std::string, int> busy;  // how many, by project.
  absl::Duration term;  // Each is due again after that, unless Settle says otherwise by then.
};

/// The end of an attempt.
struct WebhookAttemptEnd {
  std::string id;
  int attempt = 0;
  WebhookOutcome outcome;
};

struct WebhookFilter {
  std::string project_id;
  std::optional<WebhookStatus> status;  // nullopt: all.
  std::string subject;                  // Empty: all.
  std::int64_t before = 0;              // Only positions below it; 0: all.
  int limit = 100;
};

/// How the outbox gets on.
struct WebhookBacklog {
  std::int64_t pending = 0;
  std::int64_t failed = 0;
  absl::Duration oldest;  // How long ago the oldest one that is pending was stored.
};

/// Webhooks that are to be sent or have been. Times are the store's clock.
class WebhookOutbox {
 public:
  virtual ~WebhookOutbox() = default;

  /// Stores webhooks, due at once; one whose id is known is left as it is.
  virtual absl::Status Add(const std::vector<Webhook>& webhooks) = 0;

  /// Begins an attempt of webhooks that are due, those first that have been for longest. An
  /// attempt that nobody ends is repeated.
  virtual absl::StatusOr<std::vector<Webhook>> Take(const WebhookDemand& demand) = 0;

  /// Ends attempts that are their webhooks' latest; the others change nothing.
  virtual absl::Status Settle(const std::vector<WebhookAttemptEnd>& ends) = 0;

  /// The newest webhook about `subject`, without its body; nullopt when there is none.
  virtual absl::StatusOr<std::optional<Webhook>> Latest(const std::string& subject) = 0;

  /// A webhook of the project, or NOT_FOUND.
  virtual absl::StatusOr<Webhook> Get(const std::string& id, const std::string& project_id) = 0;

  /// Webhooks by falling position, without their bodies.
  virtual absl::StatusOr<std::vector<Webhook>> List(const WebhookFilter& filter) = 0;

  /// Makes a webhook of the project pending and due, with a new life; as it is then, without
  /// its body. NOT_FOUND.
  virtual absl::StatusOr<Webhook> Redrive(const std::string& id, const std::string& project_id) = 0;

  /// Does so with the project's failed ones, at most `limit`, the oldest; how many.
  virtual absl::StatusOr<int> RedriveFailed(const std::string& project_id, int limit) = 0;

  /// Drops webhooks that ended longer ago than they are kept, at most `limit`; how many.
  virtual absl::StatusOr<int> DropOld(int limit) = 0;

  virtual absl::StatusOr<WebhookBacklog> Backlog() = 0;
};

/// Sends webhooks.
class WebhookSender {
 public:
  virtual ~WebhookSender() = default;

  /// Posts a webhook; how that was answered, whatever it is. Thread-safe.
  virtual WebhookAnswer Send(const Webhook& webhook) = 0;
};

/// Who counts what becomes of webhooks. Thread-safe.
class WebhookMeter {
 public:
  virtual ~WebhookMeter() = default;

  virtual void Attempted(WebhookStatus outcome) = 0;
  virtual void Waiting(const WebhookBacklog& backlog) = 0;
};

}  // namespace furnace::scheduler
