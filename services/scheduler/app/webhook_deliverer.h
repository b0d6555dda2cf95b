#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/webhook_ports.h"

namespace furnace::scheduler {

/// Sends what is in the outbox until it is delivered or given up: at least once, for an
/// attempt that a crash cuts off is repeated. Any replica sends; the outbox gives each
/// attempt to one.
class WebhookDeliverer {
 public:
  static constexpr absl::Duration kEvery = absl::Milliseconds(250);
  /// Attempts at a time, and of one project: one whose receivers are slow holds up its own.
  static constexpr int kMaxAttempts = 8;
  static constexpr int kMaxOfProject = 2;
  /// After so long an attempt is taken for lost; above the deadline of a sender.
  static constexpr absl::Duration kTerm = absl::Seconds(30);

  WebhookDeliverer(WebhookOutbox& outbox, WebhookSender& sender)
      : outbox_(outbox), sender_(sender) {}

  /// Begins the attempts that are due and there is room for. Blocks, but not for them.
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Deliver(const Webhook& webhook) ABSL_LOCKS_EXCLUDED(mutex_);

  WebhookOutbox& outbox_;
  WebhookSender& sender_;
  Mutex mutex_;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int> by_project_ ABSL_GUARDED_BY(mutex_);
  // Last, so that it ends what it runs before the rest goes.
  runtime::ThreadPool threads_{kMaxAttempts, kMaxAttempts};
};

}  // namespace furnace::scheduler
