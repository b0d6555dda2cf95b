#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace furnace::cli {

/// What `furnace schedule create` was told beyond the input; what was not, the server
/// decides.
struct ScheduleOptions {
  std::string name;
  std::string cron;
  std::optional<std::string> time_zone;
  std::optional<std::int64_t> priority;
  std::optional<std::int64_t> ttl_seconds;
  std::optional<std::int64_t> timeout_seconds;
  std::optional<std::string> concurrency_key;
  std::optional<std::string> webhook;  // URL.
  std::optional<std::string> window;   // See WindowJson.
  std::vector<std::string> tags;       // See TagsJson.
  std::optional<std::string> missed_runs;
  std::optional<std::string> overlap;
};

/// The JSON of a ScheduleSpec. `input` is JSON.
std::string ScheduleJson(const ScheduleOptions& options, std::string_view input);

}  // namespace furnace::cli
