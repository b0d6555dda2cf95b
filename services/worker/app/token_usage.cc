#include "services/worker/app/token_usage.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/json/json.h"

namespace furnace::worker {
namespace {

// What has no such word has no usage: nearly all outputs are done with here.
constexpr std::string_view kUsage = "usage";
constexpr std::string_view kEventData = "data:";
constexpr int kListsDeep = 2;
// Values with that word that are looked at, the last ones first.
constexpr int kLooksMax = 100;

struct Counts {
  std::string_view read;
  std::string_view written;
};
constexpr Counts kCounts[] = {{"/prompt_tokens", "/completion_tokens"},
                              {"/input_tokens", "/output_tokens"},
                              {"/input", "/output"}};

std::int64_t Count(std::string_view usage, std::string_view pointer) {
  const absl::StatusOr<std::string_view> value = json::At(usage, pointer);
  if (!value.ok()) return 0;
  const absl::StatusOr<std::int64_t> count = json::AsInt64(*value);
  return count.ok() && *count >= 0 && *count <= kTokensMax ? *count : 0;
}

std::int64_t InObject(std::string_view object) {
  const absl::StatusOr<std::string_view> usage = json::At(object, "/usage");
  if (!usage.ok() || json::KindOf(*usage) != json::Kind::kObject) return 0;
  if (const std::int64_t total = Count(*usage, "/total_tokens"); total > 0) return total;
  for (const Counts& counts : kCounts) {
    const std::int64_t total = Count(*usage, counts.read) + Count(*usage, counts.written);
    if (total > 0) return total <= kTokensMax ? total : 0;
  }
  return 0;
}

// Takes one of the looks that are left; false: there is nothing to see, or none is left.
bool Look(std::string_view value, int& looks) {
  return value.find(kUsage) != std::string_view::npos && looks-- > 0;
}

std::int64_t InEvents(std::string_view string, int& looks) {
  const absl::StatusOr<std::string> text = json::AsString(string);
  if (!text.ok()) return 0;
  std::string_view left = *text;
  while (!left.empty() && looks > 0) {
    const std::size_t end_before = left.rfind('\n');
    const bool first = end_before == std::string_view::npos;
    std::string_view line = left.substr(first ? 0 : end_before + 1);
    left = left.substr(0, first ? 0 : end_before);
    if (!line.starts_with(kEventData) || !Look(line, looks)) continue;
    line.remove_prefix(kEventData.size());
    const std::int64_t tokens = json::Validate(line).ok() ? InObject(line) : 0;
    if (tokens > 0) return tokens;
  }
  return 0;
}

std::int64_t Search(std::string_view value, int lists, int& looks) {
  if (!Look(value, looks)) return 0;
  const json::Kind kind = json::KindOf(value);
  if (kind == json::Kind::kObject) return InObject(value);
  if (kind == json::Kind::kString) return InEvents(value, looks);
  if (kind != json::Kind::kArray || lists == 0) return 0;
  const absl::StatusOr<std::vector<std::string_view>> elements = json::Elements(value);
  if (!elements.ok()) return 0;
  for (auto element = elements->rbegin(); element != elements->rend() && looks > 0; ++element) {
    const std::int64_t tokens = Search(*element, lists - 1, looks);
    if (tokens > 0) return tokens;
  }
  return 0;
}

}  // namespace

std::int64_t TokensOf(std::string_view json) {
  int looks = kLooksMax;
  return json.size() <= kTokenUsageBytesMax ? Search(json, kListsDeep, looks) : 0;
}

}  // namespace furnace::worker
