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
  asked.Add("ack", options.ack);
  asked.Add("depends_on", options.depends_on);
  asked.Add("on_parent_failure", options.on_parent_failure);
  JsonObject request;
  request.AddRaw("input", std::string(input));
  request.AddRaw("priority", std::to_string(options.priority));
  if (!asked.empty()) request.AddRaw("options", asked.ToString());
  return request.ToString();
}

}  // namespace furnace::cli
