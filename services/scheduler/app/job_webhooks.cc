#include "services/scheduler/app/job_webhooks.h"

#include "libs/common/base/status.h"

namespace furnace::scheduler {

absl::Status JobWebhooks::OnJobsEnded(const std::vector<const JobRecord*>& jobs) {
  std::vector<Webhook> webhooks;
  std::size_t bytes = 0;
  for (const JobRecord* record : jobs) {
    const JobWebhook asked = ParseJobWebhook(record->job.webhook);
    if (asked.url.empty()) continue;
    FURNACE_ASSIGN_OR_RETURN(webhooks.emplace_back(), Compose(*record, asked));
    bytes += webhooks.back().body.size();
    if (bytes < kEnoughBytes) continue;
    FURNACE_RETURN_IF_ERROR(outbox_.Add(webhooks));
    webhooks.clear();
    bytes = 0;
  }
  return outbox_.Add(webhooks);
}

absl::StatusOr<Webhook> JobWebhooks::Compose(const JobRecord& record, const JobWebhook& asked) {
  JobRecord shown{.job = record.job, .chunks = {}, .chunk_count = 0};
  shown.job.input.reset();
  const absl::Status loaded = reader_.LoadOutput(shown.job, kMaxOutputBytes);
  const bool left_out = absl::IsNotFound(loaded) || absl::IsOutOfRange(loaded);
  if (!loaded.ok() && !left_out) return loaded;
  Webhook webhook;
  webhook.id = EndId(shown.job);
  webhook.project_id = shown.job.project_id;
  webhook.kind = "job.done";
  webhook.subject = shown.job.id;
  webhook.url = asked.url;
  webhook.body = render_(shown, asked.format, left_out);
  return webhook;
}

}  // namespace furnace::scheduler
