#include "services/scheduler/domain/attribution.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

constexpr std::size_t kMaxLabelBytes = 64;

bool IsLabel(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabelBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

absl::Status CheckTags(const std::map<std::string, std::string>& tags) {
  if (tags.size() > kMaxTags) {
    return Error(absl::StatusCode::kInvalidArgument, "tags: {}, more than {}", tags.size(),
                 kMaxTags);
  }
  for (const auto& [name, value] : tags) {
    if (!IsLabel(name) || name.find('=') != std::string::npos) {
      return absl::InvalidArgumentError(
          "tags: a name is not 1-64 printable ASCII characters without '='");
    }
    if (name == kTaskTypeTag) {
      return Error(absl::StatusCode::kInvalidArgument, "tags: {} is SubmitTask's", name);
    }
    if (!IsLabel(value)) {
      return Error(absl::StatusCode::kInvalidArgument,
                   "tags.{}: not 1-64 printable ASCII characters", name);
    }
  }
  return absl::OkStatus();
}

std::string EncodeAttribution(const Attribution& attribution) {
  std::string text = attribution.api_key_id;
  for (const auto& [name, value] : attribution.tags) {
    text.append("\n").append(name).append("=").append(value);
  }
  return text;
}

Attribution ParseAttribution(std::string_view text) {
  Attribution attribution;
  const std::size_t end = std::min(text.find('\n'), text.size());
  attribution.api_key_id = text.substr(0, end);
  for (const auto line : absl::StrSplit(ToAbsl(text.substr(end)), '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> tag = absl::StrSplit(line, absl::MaxSplits('=', 1));
    attribution.tags.insert(tag);
  }
  return attribution;
}

}  // namespace furnace::scheduler
