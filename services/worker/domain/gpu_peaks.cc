#include "services/worker/domain/gpu_peaks.h"

#include <algorithm>
#include <utility>

namespace furnace::worker {

void GpuPeaks::Sampled(std::int64_t used_mib, const std::vector<LeaseId>& running) {
  const std::map<LeaseId, std::int64_t> before = std::exchange(peaks_, {});
  latest_ = used_mib;
  for (const LeaseId& lease : running) {
    const auto found = before.find(lease);
    peaks_[lease] = found == before.end() ? used_mib : std::max(used_mib, found->second);
  }
}

std::int64_t GpuPeaks::Take(const LeaseId& lease) {
  const auto node = peaks_.extract(lease);
  return node ? node.mapped() : latest_;
}

void GpuPeaks::HandlerGone() {
  peaks_.clear();
  latest_ = 0;
}

}  // namespace furnace::worker
