#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace furnace::scheduler {

/// Numbers as furnace.v1.WebhookStatus.
enum class WebhookStatus { kPending = 1, kDelivered = 2, kFailed = 3 };

/// A message that a client has asked to be sent to an address of its own.
struct Webhook {
  std::string id;  // The same in every attempt; the receiver drops what it has seen.
  std::string project_id;
  std::string kind;     // What happened: "batch.done".
  std::string subject;  // UUID of what it happened to.
  std::string url;
  std::string body;  // JSON.
  WebhookStatus status = WebhookStatus::kPending;
  int attempts = 0;                    // Begun so far.
  std::string last_error;              // Of the latest attempt that failed.
  absl::Time next_at;                  // While pending: when it is tried next.
  std::optional<absl::Time> ended_at;  // When it was delivered or given up.
};

/// How the latest attempt has left a webhook.
struct WebhookOutcome {
  WebhookStatus status = WebhookStatus::kDelivered;
  std::string error;    // Empty when delivered.
  absl::Duration wait;  // While pending: for so long.
};

/// Attempts before a webhook is given up, over about 15 hours.
inline constexpr int kMaxDeliveries = 12;

/// What an attempt comes to that was answered with `http_status`, or not at all (0, then
/// `error` says why). 2xx is delivered, 410 Gone is given up at once, all else is tried
/// again after 1 s, three times as long after each failure up to 6 hours, until
/// kMaxDeliveries. `attempts` counts this one; `draw` (0 to 999) shortens the wait by up
/// to half.
WebhookOutcome AfterAttempt(int attempts, int http_status, std::string error, int draw);

/// INVALID_ARGUMENT, with the reason, unless the URL may be sent to: http or https, a host,
/// no credentials, at most 2,048 printable ASCII characters without space.
absl::Status CheckWebhookUrl(std::string_view url);

/// The secret that a project's webhooks are signed with, as Standard Webhooks writes it:
/// "whsec_" and base64.
std::string WebhookSecret(std::string_view suite_secret, std::string_view project_id);

/// The signature of a webhook under such a secret (Standard Webhooks, "v1,...").
std::string SignWebhook(std::string_view secret, std::string_view id, absl::Time now,
                        std::string_view body);

}  // namespace furnace::scheduler
