#include "services/metering/rpc/page_token.h"

#include <fmt/format.h>

#include <charconv>

#include "absl/strings/escaping.h"
#include "libs/common/base/status.h"

namespace furnace::metering::rpc {
namespace {

constexpr std::size_t kMaxTokenLength = 256;

// What comes before the id; the number is the format's version.
std::string PrefixOf(std::string_view job_id) { return fmt::format("1:{}:", job_id); }

}  // namespace

std::string EncodePageToken(std::string_view job_id, std::int64_t last_id) {
  return absl::WebSafeBase64Escape(fmt::format("{}{}", PrefixOf(job_id), last_id));
}

absl::StatusOr<std::int64_t> DecodePageToken(std::string_view job_id, std::string_view token) {
  if (token.empty()) return 0;
  const auto bad = absl::InvalidArgumentError("page_token: not one of this list");
  std::string text;
  if (token.size() > kMaxTokenLength || !absl::WebSafeBase64Unescape(ToAbsl(token), &text)) {
    return bad;
  }
  const std::string prefix = PrefixOf(job_id);
  if (!text.starts_with(prefix)) return bad;
  std::int64_t last_id = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + prefix.size(), end, last_id);
  if (error != std::errc() || stopped != end || last_id < 1) return bad;
  return last_id;
}

}  // namespace furnace::metering::rpc
