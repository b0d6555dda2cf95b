#include "cli/commands/endpoint_view.h"

#include <fmt/format.h>

#include <tuple>

#include "cli/print/figures.h"
#include "cli/print/table.h"

namespace furnace::cli {
namespace {

std::string Retries(const Answer& spec) {
  const Answer retry = spec.Object("retry");
  std::string text =
      fmt::format("{}, after up to {}, doubling to {}", spec.Int("max_retries"),
                  FormatMillis(retry.Int("backoff_ms")), FormatMillis(retry.Int("max_backoff_ms")));
  const std::vector<std::string> causes = retry.Texts("no_retry_on");
  if (!causes.empty()) text += fmt::format("; none on {}", fmt::join(causes, ", "));
  return text;
}

// A limit where 0 means that there is none.
std::string Limit(std::int64_t value, const char* unit, const char* none) {
  return value == 0 ? none : fmt::format("{}{}", value, unit);
}

void AddQueue(const Answer& queue, Table& table) {
  table.Add({"priority", queue.Bool("strict_priority")
                             ? "strict"
                             : fmt::format("{} ahead for each step",
                                           FormatMillis(queue.Int("head_start_ms")))});
  table.Add({"time to live", Limit(queue.Int("ttl_seconds"), " s", "for ever")});
  table.Add({"running at most", Limit(queue.Int("max_concurrency"), "", "any")});
  table.Add({"queued at most", std::to_string(queue.Int("max_queued"))});
  table.Add({"keys remembered", fmt::format("{} s", queue.Int("idempotency_ttl_seconds"))});
}

}  // namespace

std::string DescribeEndpoint(const Answer& endpoint) {
  const Answer spec = endpoint.Object("spec");
  Table table({"FIELD", "VALUE"});
  table.Add({"id", endpoint.Text("id")});
  table.Add({"name", spec.Text("name")});
  table.Add({"status", endpoint.Text("status")});
  table.Add({"revision", std::to_string(endpoint.Int("revision"))});
  table.Add({"image", spec.Text("image_uri")});
  table.Add({"handler", spec.Text("handler_path")});
  table.Add({"gpus", fmt::format("{} of {}", spec.Int("gpu_count"),
                                 fmt::join(spec.Texts("gpu_types"), ", "))});
  table.Add({"vram at least", FormatMib(spec.Int("vram_min_mib"))});
  table.Add({"timeout", fmt::format("{} s", spec.Int("timeout_seconds"))});
  table.Add({"workers", fmt::format("{} to {}, idle ones kept {} s", spec.Int("min_workers"),
                                    spec.Int("max_workers"), spec.Int("idle_timeout_seconds"))});
  table.Add({"start within", fmt::format("{} s", spec.Int("init_timeout_seconds"))});
  table.Add({"scaler", fmt::format("{} {}", spec.Text("scaler_type"), spec.Int("scaler_value"))});
  table.Add({"retries", Retries(spec)});
  AddQueue(spec.Object("queue"), table);
  if (spec.Has("webhook")) {
    const Answer webhook = spec.Object("webhook");
    table.Add({"webhook", fmt::format("{} {}", webhook.Text("url"), webhook.Text("format"))});
  }
  table.Add({"results kept", fmt::format("{} s", spec.Int("result_retention_seconds"))});
  table.Add({"created", FormatTimestamp(endpoint.Text("created_at"))});
  return table.ToString();
}

std::string DescribeHealth(const Answer& health) {
  const Answer jobs = health.Object("jobs");
  const Answer workers = health.Object("workers");
  Table table({"WHAT", "COUNT"});
  for (const auto& [title, counts, name] :
       {std::tuple("jobs in queue", &jobs, "in_queue"),
        std::tuple("jobs in progress", &jobs, "in_progress"),
        std::tuple("jobs completed", &jobs, "completed"),
        std::tuple("jobs failed", &jobs, "failed"), std::tuple("jobs retried", &jobs, "retried"),
        std::tuple("workers starting", &workers, "starting"),
        std::tuple("workers idle", &workers, "idle"),
        std::tuple("workers running", &workers, "running"),
        std::tuple("workers draining", &workers, "draining")}) {
    table.Add({title, std::to_string(counts->Int(name))});
  }
  return table.ToString();
}

}  // namespace furnace::cli
