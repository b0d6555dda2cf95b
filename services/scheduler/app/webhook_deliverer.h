#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
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
  /// Between two looks into an outbox that has nothing.
  static constexpr absl::Duration kPatience = absl::Milliseconds(250);
  /// Between two rounds: those wait by themselves.
  static constexpr absl::Duration kEvery = absl::Milliseconds(1);
  /// Attempts at a time, and of one project: one whose receivers are slow holds up its own.
  static constexpr int kMaxAttempts = 64;
  static constexpr int kMaxOfProject = 8;
  /// After so long an attempt is taken for lost; above the deadline of a sender.
  static constexpr absl::Duration kTerm = absl::Seconds(30);
  /// How often old webhooks are dropped, and the backlog is told to the meter.
  static constexpr absl::Duration kTidyEvery = absl::Seconds(15);

  WebhookDeliverer(WebhookOutbox& outbox, WebhookSender& sender, WebhookMeter& meter)
      : outbox_(outbox), sender_(sender), meter_(meter) {}

  /// Waits for the attempts that are on their way, and stores what they come to.
  ~WebhookDeliverer();

  /// One round: stores what attempts have come to, begins those that are due and there is
  /// room for, and waits until one of them ends, for at most `patience`; all of that while
  /// the outbox cannot be reached.
  void Run(absl::Duration patience = kPatience) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Ends the present round's wait, and rounds do not wait any more. From any thread.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  /// Drops what has been kept for long enough, and measures the rest. Blocks.
  void Tidy();

 private:
  absl::Status SettleEnded() ABSL_LOCKS_EXCLUDED(mutex_);
  void BeginDue() ABSL_LOCKS_EXCLUDED(mutex_);
  /// `ends`: an attempt's end is waited for, too.
  void Wait(absl::Duration patience, bool ends) ABSL_LOCKS_EXCLUDED(mutex_);
  void Deliver(const Webhook& webhook) ABSL_LOCKS_EXCLUDED(mutex_);
  void Release(const std::string& project_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  struct Ended {
    std::string project_id;
    WebhookAttemptEnd end;
  };

  WebhookOutbox& outbox_;
  WebhookSender& sender_;
  WebhookMeter& meter_;
  Mutex mutex_;
  CondVar changed_;
  // An attempt keeps its place until the outbox knows what it came to.
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int> by_project_ ABSL_GUARDED_BY(mutex_);
  std::vector<Ended> ended_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  runtime::ThreadPool threads_{kMaxAttempts, kMaxAttempts};
};

}  // namespace furnace::scheduler
