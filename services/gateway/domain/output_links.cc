#include "services/gateway/domain/output_links.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <iterator>

#include "libs/common/base/hmac.h"

namespace furnace::gateway {
namespace {

// Keeps these signatures apart from others that the secret makes.
constexpr std::string_view kPurpose = "furnace output link 1";

bool IsInFuture(std::string_view unix_seconds, absl::Time now) {
  std::int64_t seconds = 0;
  const char* const end = unix_seconds.data() + unix_seconds.size();
  const auto [rest, error] = std::from_chars(unix_seconds.data(), end, seconds);
  return error == std::errc() && rest == end && seconds > absl::ToUnixSeconds(now);
}

}  // namespace

std::string OutputLinks::Sign(const OutputLink& link) const {
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}", kPurpose, link.project_id, link.job_id, link.expires);
  std::string hex;
  for (const char byte : HmacSha256(settings_.secret, text)) {
    fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(byte));
  }
  return hex;
}

std::string OutputLinks::Make(std::string_view job_id, std::string_view project_id,
                              absl::Time now) const {
  const std::string expires = std::to_string(absl::ToUnixSeconds(now + settings_.ttl));
  const std::string signature =
      Sign({.job_id = job_id, .project_id = project_id, .expires = expires, .signature = {}});
  return fmt::format("{}/v1/jobs/{}/output?project={}&expires={}&signature={}",
                     settings_.public_url, job_id, project_id, expires, signature);
}

bool OutputLinks::Admits(const OutputLink& link, absl::Time now) const {
  const bool genuine = IsSameSecret(Sign(link), link.signature);
  return genuine && IsInFuture(link.expires, now);
}

}  // namespace furnace::gateway
