#pragma once

#include <string>
#include <utility>

#include "libs/common/base/clock.h"
#include "services/scheduler/app/webhook_ports.h"

namespace furnace::scheduler {

/// Posts webhooks as Standard Webhooks has it: headers webhook-id, webhook-timestamp and
/// webhook-signature, and furnace-event with the kind. Follows no redirects. Thread-safe.
class HttpWebhookSender final : public WebhookSender {
 public:
  struct Options {
    std::string suite_secret;    // What projects' secrets are made of.
    bool allow_private = false;  // Send to addresses that are not of the internet, too.
  };

  /// Of an attempt, from resolving the name to the end of the answer.
  static constexpr absl::Duration kDeadline = absl::Seconds(10);

  HttpWebhookSender(Options options, const Clock& clock)
      : options_(std::move(options)), clock_(clock) {}

  absl::StatusOr<int> Send(const Webhook& webhook) override;

 private:
  const Options options_;
  const Clock& clock_;
};

}  // namespace furnace::scheduler
