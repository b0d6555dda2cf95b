#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace furnace::cli {

/// What `furnace run` was told about the job beyond its input; what was not, the
/// server decides.
struct JobOptions {
  int priority = 0;
  std::optional<std::string> not_before;  // RFC 3339.
  std::optional<std::int64_t> ttl_seconds;
  std::optional<std::int64_t> timeout_seconds;
  std::optional<std::string> idempotency_key;
  std::optional<std::string> concurrency_key;
  std::optional<std::string> ack;  // QUEUED or PERSISTED.
  std::vector<std::string> depends_on;
  std::optional<std::string> on_parent_failure;
  std::optional<std::string> window;  // See WindowJson.
  bool critical = false;
  bool starts_no_worker = false;
  std::vector<std::string> gpus;
  std::optional<std::int64_t> vram_min_mib;
  std::optional<std::string> region;
  bool latency_sensitive = false;
  std::optional<std::string> model;
  std::optional<std::string> webhook;  // URL.
  std::optional<std::string> webhook_format;
  std::vector<std::string> tags;  // See TagsJson.
};

/// The JSON of a JobWebhook.
std::string WebhookJson(const std::string& url, const std::optional<std::string>& format);

/// The JSON of tags, each given as "name=value". One that is named twice has its last value.
std::string TagsJson(const std::vector<std::string>& tags);

/// Empty, or what is wrong with a tag's form; for CLI11.
std::string IsTag(const std::string& text);

/// The body of a SubmitRequest. `input` is JSON.
std::string RunJson(const JobOptions& options, std::string_view input);

/// The JSON of a TimeWindow given as "22:00-06:00@Europe/Berlin@mon,tue", where zone and
/// days may be left out. What it holds is for the server to judge; nothing but a
/// missing "-" makes it a usage error, said in words: IsWindow.
std::string WindowJson(std::string_view text);

/// Empty, or what is wrong with a window's form; for CLI11.
std::string IsWindow(const std::string& text);

}  // namespace furnace::cli
