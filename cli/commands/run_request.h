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
  bool critical = false;
  std::vector<std::string> gpus;
  std::optional<std::int64_t> vram_min_mib;
  std::optional<std::string> region;
  bool latency_sensitive = false;
  std::optional<std::string> model;
};

/// The body of a SubmitRequest. `input` is JSON.
std::string RunJson(const JobOptions& options, std::string_view input);

}  // namespace furnace::cli
