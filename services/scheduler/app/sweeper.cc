#include "services/scheduler/app/sweeper.h"

#include <spdlog/spdlog.h>

namespace furnace::scheduler {
namespace {

constexpr int kMaxPerRound = 200;

}  // namespace

void Sweeper::Sweep() {
  for (const int shard : leader_.Led()) {
    const absl::StatusOr<Swept> swept = log_.Sweep(shard, kMaxPerRound);
    if (!swept.ok()) continue;  // The next round will do.
    for (const LapsedLease& lease : swept->lapsed) {
      spdlog::warn("job {}: the lease of attempt {} lapsed on worker {}", lease.lease.job_id,
                   lease.lease.epoch, lease.worker_id);
      dispatcher_.LeaseLapsed(lease.worker_id, lease.lease);
    }
  }
}

}  // namespace furnace::scheduler
