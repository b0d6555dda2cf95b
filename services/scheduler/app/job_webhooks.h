#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/scheduler/app/job_reader.h"
#include "services/scheduler/app/webhook_ports.h"
#include "services/scheduler/domain/job_webhook.h"

namespace furnace::scheduler {

/// Who is told of jobs that have ended. Blocks.
class JobEndListener {
 public:
  virtual ~JobEndListener() = default;

  /// These jobs are final and history has them. After an error it is called again.
  virtual absl::Status OnJobsEnded(const std::vector<const JobRecord*>& jobs) = 0;
};

/// Puts the webhooks of jobs that have ended into the outbox, once for each end. Thread-safe.
class JobWebhooks final : public JobEndListener {
 public:
  /// A job, without its input, as the body of a webhook; an output that is `left_out` is
  /// too large to be sent.
  using Render =
      std::function<std::string(const JobRecord& record, WebhookFormat format, bool left_out)>;

  /// A larger output is not sent; the receiver has to get the job.
  static constexpr std::size_t kMaxOutputBytes = 1 << 20;
  /// Bodies that are enough for one call of the outbox.
  static constexpr std::size_t kEnoughBytes = 4 << 20;

  JobWebhooks(WebhookOutbox& outbox, JobReader& reader, Render render)
      : outbox_(outbox), reader_(reader), render_(std::move(render)) {}

  /// What is known to the outbox already is skipped there: a crash in between repeats this.
  absl::Status OnJobsEnded(const std::vector<const JobRecord*>& jobs) override;

 private:
  absl::StatusOr<Webhook> Compose(const JobRecord& record, const JobWebhook& asked);

  WebhookOutbox& outbox_;
  JobReader& reader_;
  const Render render_;
};

}  // namespace furnace::scheduler
