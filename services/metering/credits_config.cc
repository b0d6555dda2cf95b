#include "services/metering/credits_config.h"

#include <algorithm>
#include <string_view>

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxToken = 4'096;

absl::Status CheckUrl(std::string_view url) {
  if (url.empty() || url.starts_with("http://") || url.starts_with("https://")) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("must begin with http:// or https://");
}

// What goes into a header must not end it.
absl::Status CheckToken(std::string_view token) {
  const bool fits =
      token.size() <= kMaxToken &&
      std::all_of(token.begin(), token.end(), [](char c) { return c >= '!' && c <= '~'; });
  return fits ? absl::OkStatus() : absl::InvalidArgumentError("has characters that no header has");
}

}  // namespace

CreditsConfig ReadCreditsConfig(config::Env& env) {
  CreditsConfig config;
  env.Text("FURNACE_OPA_URL",
           "rule of an Open Policy Agent that decides on subsidies, like "
           "http://opa:8181/v1/data/furnace/subsidies; empty: the stored policies do",
           &config.opa_url);
  env.Text("FURNACE_OPA_TOKEN", "bearer token for it", &config.opa_token);
  env.Duration("FURNACE_OPA_TIMEOUT", "time it has to answer, before the stored policies decide",
               absl::Milliseconds(100), absl::Seconds(10), &config.opa_timeout);
  env.Check("FURNACE_OPA_URL", CheckUrl(config.opa_url));
  env.Check("FURNACE_OPA_TOKEN", CheckToken(config.opa_token));
  return config;
}

}  // namespace furnace::metering
