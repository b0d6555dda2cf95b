#include "cli/commands/run_request.h"

#include <array>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "cli/commands/json_object.h"

namespace furnace::cli {
namespace {

// The names that the API has for days.
std::string DayName(std::string_view day) {
  constexpr std::array<std::string_view, 7> kDays = {"MONDAY", "TUESDAY",  "WEDNESDAY", "THURSDAY",
                                                     "FRIDAY", "SATURDAY", "SUNDAY"};
  const std::string upper = absl::AsciiStrToUpper(absl::string_view(day.data(), day.size()));
  for (const std::string_view name : kDays) {
    if (upper.size() >= 3 && name.starts_with(upper)) return std::string(name);
  }
  return upper;
}

}  // namespace

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
  if (options.window) asked.AddRaw("window", WindowJson(*options.window));
  if (options.webhook) {
    asked.AddRaw("webhook", WebhookJson(*options.webhook, options.webhook_format));
  }
  if (options.critical) asked.AddRaw("critical", "true");
  if (options.starts_no_worker) asked.AddRaw("starts_no_worker", "true");
  if (!options.tags.empty()) asked.AddRaw("tags", TagsJson(options.tags));
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

std::string WebhookJson(const std::string& url, const std::optional<std::string>& format) {
  JsonObject webhook;
  webhook.Add("url", std::optional<std::string>(url));
  webhook.Add("format", format);
  return webhook.ToString();
}

std::string TagsJson(const std::vector<std::string>& tags) {
  std::map<std::string, std::string> values;
  for (const std::string& tag : tags) {
    const std::size_t middle = tag.find('=');
    values[tag.substr(0, middle)] = middle == std::string::npos ? "" : tag.substr(middle + 1);
  }
  JsonObject object;
  for (const auto& [name, value] : values) object.Add(name, std::optional<std::string>(value));
  return object.ToString();
}

std::string IsTag(const std::string& text) {
  return text.find('=') == std::string::npos ? "is not NAME=VALUE" : "";
}

std::string WindowJson(std::string_view text) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(text.data(), text.size()), absl::MaxSplits('@', 2));
  const std::vector<std::string> times = absl::StrSplit(parts[0], absl::MaxSplits('-', 1));
  JsonObject window;
  window.Add("start", std::optional<std::string>(times[0]));
  if (times.size() > 1) window.Add("end", std::optional<std::string>(times[1]));
  if (parts.size() > 1) window.Add("time_zone", std::optional<std::string>(parts[1]));
  std::vector<std::string> days;
  if (parts.size() > 2) {
    for (const absl::string_view day : absl::StrSplit(parts[2], ',')) {
      days.push_back(DayName({day.data(), day.size()}));
    }
  }
  window.Add("days", days);
  return window.ToString();
}

std::string IsWindow(const std::string& text) {
  const std::string times = text.substr(0, text.find('@'));
  return times.find('-') == std::string::npos ? "is not HH:MM-HH:MM[@ZONE[@DAYS]]" : "";
}

}  // namespace furnace::cli
