#include "services/scheduler/domain/lease_parts.h"

#include <algorithm>

namespace furnace::scheduler {

std::vector<LeasePart> TakeParts(Job& job, absl::Duration waited, absl::Time now,
                                 absl::Duration length) {
  const absl::Time leased = *job.started_at;
  absl::Time from = job.reported.until;
  if (job.reported.count == 0) from = std::max(leased, std::min(leased + waited, now));
  std::vector<LeasePart> parts;
  for (absl::Time cut = NextCut(from, length); cut <= now; cut += length) {
    if (job.reported.count == kMaxLeaseParts) break;
    if (job.reported.count == 0) MoveStart(job, from);
    parts.push_back({.number = ++job.reported.count, .start = from, .end = cut});
    job.reported.until = from = cut;
  }
  return parts;
}

}  // namespace furnace::scheduler
