#include "services/gateway/http/runpod/query.h"

#include <charconv>
#include <string>

#include "libs/common/base/status.h"
#include "services/gateway/http/target.h"

namespace furnace::gateway::http::runpod {
namespace {

constexpr std::int64_t kMinWaitMs = 1'000;
constexpr std::int64_t kMaxWaitMs = 300'000;
constexpr std::int64_t kMaxLimit = 1'000;
constexpr std::int64_t kMaxAfter = std::int64_t{1} << 40;  // WatchRequest.after_chunk's.

// nullopt unless `text` is an integer of the range, in digits only.
std::optional<std::int64_t> ReadInt(const std::string& text, std::int64_t least,
                                    std::int64_t most) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < least || value > most) return std::nullopt;
  return value;
}

absl::Status OutOfRange(std::string_view name, std::int64_t least, std::int64_t most) {
  return Error(absl::StatusCode::kInvalidArgument, "{} is invalid; must be between {} and {}", name,
               least, most);
}

}  // namespace

absl::StatusOr<RunpodQuery> ParseRunpodQuery(std::string_view query) {
  RunpodQuery parsed;
  if (query.empty()) return parsed;
  FURNACE_ASSIGN_OR_RETURN(const Query parameters, ParseQuery(query));
  for (const auto& [name, value] : parameters) {
    if (name == "wait") {
      const auto ms = ReadInt(value, kMinWaitMs, kMaxWaitMs);
      if (!ms) return OutOfRange(name, kMinWaitMs, kMaxWaitMs);
      parsed.wait = absl::Milliseconds(*ms);
    } else if (name == "after") {
      parsed.after = ReadInt(value, 0, kMaxAfter);
      if (!parsed.after) return OutOfRange(name, 0, kMaxAfter);
    } else if (name == "limit") {
      const auto limit = ReadInt(value, 1, kMaxLimit);
      if (!limit) return OutOfRange(name, 1, kMaxLimit);
      parsed.limit = static_cast<int>(*limit);
    } else if (name == "page_token") {
      parsed.page_token = value;
    } else if (name == "output") {
      if (value != "url") return absl::InvalidArgumentError("output is invalid; must be url");
      parsed.output_url = true;
    } else if (name == "output_url") {
      if (value != "true" && value != "false") {
        return absl::InvalidArgumentError("output_url is invalid; must be true or false");
      }
      parsed.output_url = value == "true";
    }
  }
  return parsed;
}

}  // namespace furnace::gateway::http::runpod
