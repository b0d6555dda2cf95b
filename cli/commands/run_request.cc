#include "cli/commands/run_request.h"

#include "cli/commands/json_object.h"

namespace furnace::cli {

std::string RunJson(const JobOptions& options, std::string_view input) {
  JsonObject asked;
  asked.Add("not_before", options.not_before);
  asked.Add("ttl_seconds", options.ttl_seconds);
  asked.Add("timeout_seconds", options.timeout_seconds);
  asked.Add("idempotency_key", options.idempotency_key);
  asked.Add("concurrency_key", options.concurrency_key);
  if (options.critical) asked.AddRaw("critical", "true");
  JsonObject affinity;
  affinity.Add("gpu_types", options.gpus);
  affinity.Add("vram_min_mib", options.vram_min_mib);
  affinity.Add("region", options.region);
  if (options.latency_sensitive) affinity.AddRaw("latency_sensitive", "true");
  affinity.Add("model", options.model);
  if (!affinity.empty()) asked.AddRaw("affinity", affinity.ToString());
  JsonObject request;
  request.AddRaw("input", std::string(input));
  request.AddRaw("priority", std::to_string(options.priority));
  if (!asked.empty()) request.AddRaw("options", asked.ToString());
  return request.ToString();
}

}  // namespace furnace::cli
