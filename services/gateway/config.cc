#include "services/gateway/config.h"

#include <algorithm>
#include <cstdlib>

#include "libs/common/base/status.h"
#include "services/gateway/domain/output_links.h"

namespace furnace::gateway {

void ReadConfig(config::Env& env, Config& config) {
  env.Text("FURNACE_HTTP_LISTEN", "host:port of REST and WebSocket", &config.http_listen);
  env.Text("FURNACE_LISTEN", "host:port of the gRPC front door", &config.listen);
  env.Text("FURNACE_METRICS_LISTEN", "host:port of /metrics and probes; empty: off",
           &config.metrics_listen);
  env.Text("FURNACE_LOG_LEVEL", "trace, debug, info, warn, error or fatal", &config.log_level);
  env.Secret("FURNACE_INTERNAL_TOKEN", "what the suite's services know each other by",
             &config.internal_token);
  env.Duration("FURNACE_DRAIN_GRACE", "time for requests in flight on SIGTERM",
               absl::ZeroDuration(), absl::Minutes(10), &config.drain_grace);
  env.RequiredText("FURNACE_SCHEDULER_ADDRESS", "host:port of furnace-scheduler",
                   &config.scheduler_address);
  env.RequiredText("FURNACE_REGISTRY_ADDRESS", "host:port of furnace-registry",
                   &config.registry_address);
  env.RequiredText("FURNACE_METERING_ADDRESS", "host:port of furnace-metering",
                   &config.metering_address);
  env.Text("FURNACE_PUBLIC_URL",
           "http(s)://host[:port] under which clients reach REST; empty: URLs are paths",
           &config.public_url);
  env.Text("FURNACE_OUTPUT_URL_SECRET",
           "signs the URLs of outputs, the same in all gateways; empty: the internal token does",
           &config.output_url_secret);
  env.Duration("FURNACE_OUTPUT_URL_TTL", "how long the URL of an output holds", absl::Minutes(1),
               kMaxLinkTtl, &config.output_url_ttl);
  env.Int("FURNACE_HTTP_THREADS", "threads that serve HTTP", 1, 256, &config.threads);
  env.Int("FURNACE_HTTP_CONNECTIONS", "most HTTP connections at a time", 1, 1'000'000,
          &config.connections);
}

absl::Status CheckPublicUrl(std::string_view url) {
  if (url.empty()) return absl::OkStatus();
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  const bool is_text =
      std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (is_http && is_text && !url.ends_with('/') && url.find_first_of("?#") == url.npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "FURNACE_PUBLIC_URL: not http(s)://host[:port] without a slash at its end");
}

absl::StatusOr<Config> LoadConfig() {
  Config config;
  config::Env env([](const char* name) -> const char* { return std::getenv(name); });
  ReadConfig(env, config);
  FURNACE_RETURN_IF_ERROR(env.Finish());
  FURNACE_RETURN_IF_ERROR(CheckPublicUrl(config.public_url));
  return config;
}

}  // namespace furnace::gateway
