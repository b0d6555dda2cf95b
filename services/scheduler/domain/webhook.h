#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "libs/common/base/webhook_signature.h"

namespace furnace::scheduler {

/// Numbers as furnace.v1.WebhookStatus.
enum class WebhookStatus { kPending = 1, kDelivered = 2, kFailed = 3 };

/// A message that a client has asked to be sent to an address of its own.
struct Webhook {
  std::string id;  // The same in every attempt; the receiver drops what it has seen.
  std::string project_id;
  std::string kind;     // What happened: "job.done" or "batch.done".
  std::string subject;  // UUID of what it happened to.
  std::string url;
  std::string body;  // JSON.
  WebhookStatus status = WebhookStatus::kPending;
  int attempts = 0;                    // Begun so far.
  int earlier_attempts = 0;            // Of these, before the latest redrive.
  std::string last_error;              // Of the latest attempt that failed.
  absl::Time created_at;               // When it was stored.
  absl::Time next_at;                  // While pending: when it is tried next.
  absl::Time give_up_at;               // While pending: the last attempt is made by then.
  absl::Duration left;                 // When it was taken: until it is given up.
  std::optional<absl::Time> ended_at;  // When it was delivered or given up.
  std::int64_t position = 0;           // Rises with each webhook that is stored.
};

/// How a receiver has answered.
struct WebhookAnswer {
  int http_status = 0;         // 0: not at all, then `error` says why.
  absl::Duration retry_after;  // As it asks; zero: it does not.
  std::string error;
};

/// How the latest attempt has left a webhook.
struct WebhookOutcome {
  WebhookStatus status = WebhookStatus::kDelivered;
  std::string error;    // Empty when delivered.
  absl::Duration wait;  // While pending: for so long.
};

/// For so long a webhook is tried, from when it is stored or redriven.
inline constexpr absl::Duration kWebhookLife = absl::Hours(24);
/// For so long webhooks are kept that have been delivered, or given up.
inline constexpr absl::Duration kKeepDelivered = absl::Hours(24 * 7);
inline constexpr absl::Duration kKeepFailed = absl::Hours(24 * 30);

/// What an attempt comes to that was answered so. 2xx is delivered, 410 Gone is given up at
/// once, all else is tried again after 1 s, three times as long after each failure up to 3
/// hours, and not before the receiver asks for it (up to 3 hours, too); the last time when
/// its life is over. `attempts` counts this one and those since the latest redrive, `left`
/// is what is left of its life; `draw` (0 to 999) shortens the wait by up to half.
WebhookOutcome AfterAttempt(int attempts, absl::Duration left, const WebhookAnswer& answer,
                            int draw);

/// Whether it can be the id of a webhook: 1 to 64 characters of [0-9a-f.-].
bool IsWebhookId(std::string_view id);

using furnace::SignWebhook;
using furnace::SplitSecrets;
using furnace::WebhookSecret;

/// The signatures of a project's webhook under each of the suite's secrets, separated by
/// spaces.
std::string SignWithAll(const std::vector<std::string>& suite_secrets, const Webhook& webhook,
                        absl::Time now);

}  // namespace furnace::scheduler
