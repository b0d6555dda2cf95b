#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"
#include "libs/common/http/client.h"
#include "services/scheduler/app/webhook_ports.h"

namespace furnace::scheduler {

/// Posts webhooks as Standard Webhooks has it: headers webhook-id, webhook-timestamp and
/// webhook-signature, and furnace-event with the kind. Follows no redirects. Thread-safe.
class HttpWebhookSender final : public WebhookSender {
 public:
  struct Options {
    /// What projects' secrets are made of; webhooks are signed under each.
    std::vector<std::string> suite_secrets;
    /// Which addresses are sent to, whatever name stands for them; nullptr: any.
    http::AddressRule may_connect = &http::IsPublicAddress;
    /// See http::Request.
    std::vector<std::string> resolve = {};
  };

  /// Of an attempt, from resolving the name to the end of the answer.
  static constexpr absl::Duration kDeadline = absl::Seconds(10);

  HttpWebhookSender(Options options, const Clock& clock)
      : options_(std::move(options)), clock_(clock) {}

  WebhookAnswer Send(const Webhook& webhook) override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  http::Client Borrow() ABSL_LOCKS_EXCLUDED(mutex_);
  void Return(http::Client client) ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  const Clock& clock_;
  Mutex mutex_;
  // With their connections, which lead to addresses that were checked. The one that was
  // used last goes first, so that those that are not needed any more lie idle.
  std::vector<http::Client> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler
