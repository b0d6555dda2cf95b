#include "cli/commands/schedule_spec.h"

#include "cli/commands/json_object.h"
#include "cli/commands/run_request.h"

namespace furnace::cli {

std::string ScheduleJson(const ScheduleOptions& options, std::string_view input) {
  JsonObject jobs;
  jobs.Add("ttl_seconds", options.ttl_seconds);
  jobs.Add("timeout_seconds", options.timeout_seconds);
  jobs.Add("concurrency_key", options.concurrency_key);
  if (options.window) jobs.AddRaw("window", WindowJson(*options.window));
  if (options.webhook) jobs.AddRaw("webhook", WebhookJson(*options.webhook, std::nullopt));
  if (!options.tags.empty()) jobs.AddRaw("tags", TagsJson(options.tags));
  JsonObject spec;
  spec.Add("name", std::optional<std::string>(options.name));
  spec.Add("cron", std::optional<std::string>(options.cron));
  spec.Add("time_zone", options.time_zone);
  spec.AddRaw("input", std::string(input));
  spec.Add("priority", options.priority);
  if (!jobs.empty()) spec.AddRaw("options", jobs.ToString());
  spec.Add("missed_runs", options.missed_runs);
  spec.Add("overlap", options.overlap);
  return spec.ToString();
}

}  // namespace furnace::cli
