#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "services/worker/domain/lease.h"

namespace furnace::worker {

/// The most GPU memory that was in use while each attempt ran. Memory is sampled, so a
/// peak between two samples is not seen; an attempt that is over before the first one of
/// its time gets the last one before. Not thread-safe.
class GpuPeaks {
 public:
  /// The handler has `used_mib` in use while these attempts run.
  void Sampled(std::int64_t used_mib, const std::vector<LeaseId>& running);

  /// The peak of an attempt that ends, in MiB; 0 when not known.
  std::int64_t Take(const LeaseId& lease);

  /// The handler's process has ended, and its memory is free.
  void HandlerGone();

 private:
  std::map<LeaseId, std::int64_t> peaks_;
  std::int64_t latest_ = 0;
};

}  // namespace furnace::worker
