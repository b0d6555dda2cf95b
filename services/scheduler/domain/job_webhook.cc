#include "services/scheduler/domain/job_webhook.h"

#include <fmt/format.h>

namespace furnace::scheduler {

std::string EncodeJobWebhook(const JobWebhook& webhook) {
  return fmt::format("{} {}", static_cast<int>(webhook.format), webhook.url);
}

JobWebhook ParseJobWebhook(std::string_view text) {
  for (const WebhookFormat format : {WebhookFormat::kFurnace, WebhookFormat::kRunPod}) {
    const std::string prefix = fmt::format("{} ", static_cast<int>(format));
    if (text.starts_with(prefix)) {
      return {.url = std::string(text.substr(prefix.size())), .format = format};
    }
  }
  return {};
}

std::string EndId(const Job& job) { return fmt::format("{}.{}", job.id, job.version); }

}  // namespace furnace::scheduler
