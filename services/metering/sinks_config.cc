#include "services/metering/sinks_config.h"

#include <charconv>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "libs/common/base/gpu_type.h"
#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

constexpr int kMaxMemoryGb = 10'000;
constexpr std::size_t kMaxHeaderValue = 4'096;

// Takes the slash off the end.
absl::Status CheckUrl(std::string& url) {
  if (url.empty()) return absl::OkStatus();
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return absl::InvalidArgumentError("must begin with http:// or https://");
  }
  while (url.ends_with('/')) url.pop_back();
  return absl::OkStatus();
}

// What goes into a header must not end it.
absl::Status CheckSecret(std::string_view secret) {
  for (const char c : secret) {
    if (c < '!' || c > '~') return absl::InvalidArgumentError("has characters that no header has");
  }
  if (secret.size() > kMaxHeaderValue) return absl::InvalidArgumentError("is too long");
  return absl::OkStatus();
}

// What goes into keys and signatures as it stands.
absl::Status CheckPlain(std::string_view text, std::string_view others) {
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
        others.find(c) == std::string_view::npos) {
      return Error(absl::StatusCode::kInvalidArgument, "must be of letters, digits and {}", others);
    }
  }
  return absl::OkStatus();
}

void ReadS3(config::Env& env, SinksConfig& config) {
  env.Text("FURNACE_ARCHIVE_S3_URL", "bucket to archive usage in, https://HOST/BUCKET; empty: off",
           &config.s3_url);
  env.Text("FURNACE_ARCHIVE_S3_REGION", "its region; auto, for some", &config.s3_region);
  env.Text("FURNACE_ARCHIVE_S3_PREFIX", "what keys of the archive begin with", &config.s3_prefix);
  env.Text("FURNACE_ARCHIVE_S3_ACCESS_KEY", "id of the key to sign with", &config.s3_access_key);
  env.Text("FURNACE_ARCHIVE_S3_SECRET_KEY", "the key", &config.s3_secret_key);

  env.Check("FURNACE_ARCHIVE_S3_URL", CheckUrl(config.s3_url));
  env.Check("FURNACE_ARCHIVE_S3_REGION", CheckPlain(config.s3_region, "-"));
  env.Check("FURNACE_ARCHIVE_S3_PREFIX", CheckPlain(config.s3_prefix, "/-_."));
  env.Check("FURNACE_ARCHIVE_S3_ACCESS_KEY", CheckSecret(config.s3_access_key));
  env.Check("FURNACE_ARCHIVE_S3_SECRET_KEY", CheckSecret(config.s3_secret_key));
  if (config.s3_url.empty()) return;
  const absl::Status required = absl::InvalidArgumentError("is required with a URL");
  if (config.s3_region.empty()) env.Check("FURNACE_ARCHIVE_S3_REGION", required);
  if (config.s3_access_key.empty()) env.Check("FURNACE_ARCHIVE_S3_ACCESS_KEY", required);
  if (config.s3_secret_key.empty()) env.Check("FURNACE_ARCHIVE_S3_SECRET_KEY", required);
}

absl::StatusOr<int> MemoryOf(std::string_view text) {
  int gb = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), gb);
  if (error != std::errc() || stopped != text.data() + text.size() || gb < 1 || gb > kMaxMemoryGb) {
    return absl::InvalidArgumentError("must be like rtx4000=20,rtx4090=24, in GB");
  }
  return gb;
}

absl::Status ParseMemory(const std::string& text, std::map<std::string, int>& memory) {
  if (text.empty()) return absl::OkStatus();
  for (const auto piece : absl::StrSplit(text, ',')) {
    const std::string_view entry = ToStd(piece);
    const auto equals = entry.find('=');
    const std::string_view gb = equals == std::string_view::npos ? "" : entry.substr(equals + 1);
    FURNACE_ASSIGN_OR_RETURN(memory[CanonicalGpuType(entry.substr(0, equals))], MemoryOf(gb));
  }
  return absl::OkStatus();
}

}  // namespace

SinksConfig ReadSinksConfig(config::Env& env) {
  SinksConfig config;
  std::string gpu_memory;
  env.Text("FURNACE_WAYBILL_URL", "Waybill to send usage to; empty: off", &config.waybill_url);
  env.Text("FURNACE_WAYBILL_API_KEY", "Waybill's INTERNAL_API_KEY", &config.waybill_api_key);
  env.Bool("FURNACE_WAYBILL_SAME_PROJECT_IDS",
           "whether Waybill knows projects by Furnace's ids, unless they are mapped",
           &config.waybill_same_project_ids);
  env.Duration("FURNACE_WAYBILL_THROTTLE_POLL", "how often Waybill is asked who is throttled",
               absl::Milliseconds(100), absl::Hours(1), &config.throttle_poll);
  env.Text("FURNACE_LAGO_URL", "Lago to send usage to; empty: off", &config.lago_url);
  env.Text("FURNACE_LAGO_API_KEY", "Lago's API key", &config.lago_api_key);
  env.Text("FURNACE_CLOUDEVENTS_URL", "where to post batches of CloudEvents; empty: off",
           &config.cloudevents_url);
  env.Text("FURNACE_CLOUDEVENTS_TOKEN", "bearer token for it", &config.cloudevents_token);
  env.Text("FURNACE_CLOUDEVENTS_SOURCE", "the events' source; with their id it is unique",
           &config.cloudevents_source);
  env.Text("FURNACE_ARCHIVE_FOLDER", "folder to archive usage in; empty: off",
           &config.archive_folder);
  env.Int("FURNACE_ARCHIVE_FILE_MB", "megabytes after which the archive begins a new file", 1,
          1'024, &config.archive_file_mb);
  ReadS3(env, config);
  env.Text("FURNACE_SINK_ENVIRONMENT", "metadata.env of events, production for one",
           &config.environment);
  env.Text("FURNACE_SINK_GPU_MEMORY", "GB of memory by GPU type, for gpu_vram_gb_hours",
           &gpu_memory);

  env.Check("FURNACE_WAYBILL_URL", CheckUrl(config.waybill_url));
  env.Check("FURNACE_LAGO_URL", CheckUrl(config.lago_url));
  env.Check("FURNACE_CLOUDEVENTS_URL", CheckUrl(config.cloudevents_url));
  env.Check("FURNACE_WAYBILL_API_KEY", CheckSecret(config.waybill_api_key));
  env.Check("FURNACE_LAGO_API_KEY", CheckSecret(config.lago_api_key));
  env.Check("FURNACE_CLOUDEVENTS_TOKEN", CheckSecret(config.cloudevents_token));
  if (!config.lago_url.empty() && config.lago_api_key.empty()) {
    env.Check("FURNACE_LAGO_API_KEY", absl::InvalidArgumentError("is required with a URL"));
  }
  if (config.cloudevents_source.empty()) {
    env.Check("FURNACE_CLOUDEVENTS_SOURCE", absl::InvalidArgumentError("must not be empty"));
  }
  env.Check("FURNACE_SINK_GPU_MEMORY", ParseMemory(gpu_memory, config.gpu_memory_gb));
  return config;
}

}  // namespace furnace::metering
