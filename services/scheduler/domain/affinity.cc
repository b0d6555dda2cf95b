#include "services/scheduler/domain/affinity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

bool Contains(const std::vector<std::string>& items, std::string_view item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

std::int64_t ToNumber(std::string_view text) {
  std::int64_t number = 0;
  return absl::SimpleAtoi(ToAbsl(text), &number) ? number : 0;
}

void ApplyTerm(char letter, std::string_view value, Affinity& affinity) {
  switch (letter) {
    case 'c': affinity.critical = true; break;
    case 'f': affinity.fallback_after = absl::Microseconds(ToNumber(value)); break;
    case 'g': affinity.own_gpu_types = true; break;
    case 'k': affinity.spent_key = value; break;
    case 'l': affinity.background = true; break;
    case 'm': affinity.model = value; break;
    case 'r': affinity.region = value; break;
    case 't': affinity.central_only = true; break;
    case 'v': affinity.vram_min_mib = static_cast<int>(ToNumber(value)); break;
    case 'w': affinity.window = value; break;
    default: break;
  }
}

}  // namespace

std::string AffinityClass(const Affinity& affinity) {
  std::string text =
      affinity.gpu_types.empty() ? "*" : fmt::format("{}", fmt::join(affinity.gpu_types, ","));
  const auto add = std::back_inserter(text);
  if (affinity.critical) text += "|c=1";
  if (affinity.gpu_types.size() > 1 && affinity.fallback_after > absl::ZeroDuration()) {
    fmt::format_to(add, "|f={}", absl::ToInt64Microseconds(affinity.fallback_after));
  }
  if (affinity.own_gpu_types) text += "|g=1";
  if (affinity.background) text += "|l=1";
  if (!affinity.model.empty()) fmt::format_to(add, "|m={}", affinity.model);
  if (!affinity.region.empty()) fmt::format_to(add, "|r={}", affinity.region);
  if (affinity.central_only) text += "|t=c";
  if (affinity.vram_min_mib > 0) fmt::format_to(add, "|v={}", affinity.vram_min_mib);
  if (!affinity.window.empty()) fmt::format_to(add, "|w={}", affinity.window);
  // Last, where claim_jobs.lua puts it.
  if (!affinity.spent_key.empty()) fmt::format_to(add, "|k={}", affinity.spent_key);
  return text;
}

Affinity ParseAffinityClass(std::string_view affinity_class) {
  Affinity affinity;
  bool first = true;
  for (const auto part : absl::StrSplit(ToAbsl(affinity_class), '|')) {
    const std::string_view text(part.data(), part.size());
    if (std::exchange(first, false)) {
      if (text != "*") affinity.gpu_types = absl::StrSplit(part, ',', absl::SkipEmpty());
    } else if (text.size() >= 2 && text[1] == '=') {
      ApplyTerm(text[0], text.substr(2), affinity);
    }
  }
  return affinity;
}

absl::Duration WaitBefore(const Affinity& affinity, std::string_view gpu_type,
                          const WorkerTraits& worker, const std::vector<std::string>& warm) {
  const bool fits = (affinity.gpu_types.empty() || Contains(affinity.gpu_types, gpu_type)) &&
                    worker.vram_mib >= affinity.vram_min_mib &&
                    (affinity.region.empty() || worker.region == affinity.region) &&
                    !(affinity.central_only && worker.federated);
  if (!fits) return absl::InfiniteDuration();
  absl::Duration wait;
  if (!affinity.gpu_types.empty() && affinity.gpu_types.front() != gpu_type) {
    wait = affinity.fallback_after;
  }
  const bool elsewhere = !affinity.model.empty() && !Contains(worker.models, affinity.model) &&
                         Contains(warm, affinity.model);
  return elsewhere ? std::max(wait, kWarmWait) : wait;
}

}  // namespace furnace::scheduler
