#include "services/gateway/domain/limits.h"

#include <algorithm>

namespace furnace::gateway {

std::size_t BodyLimitOf(std::string_view method) {
  constexpr std::size_t kDefaultBodyBytes = 10 * kMiB;
  return method == "furnace.v1.JobService.RunSync" ? kMaxBodyBytes : kDefaultBodyBytes;
}

absl::Duration TimeoutOf(Pace pace, absl::Duration wait) {
  switch (pace) {
    case Pace::kPrompt: return kPromptTimeout;
    case Pace::kStreaming: return kStreamTimeout;
    case Pace::kWaits: break;
  }
  return std::clamp(wait, absl::ZeroDuration(), kMaxWait) + kWaitMargin;
}

}  // namespace furnace::gateway
