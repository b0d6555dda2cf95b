#include "services/worker/domain/backoff.h"

#include <algorithm>

namespace furnace::worker {

absl::Duration Backoff::Next() {
  const absl::Duration delay = std::max(next_, first_);
  next_ = std::min(delay * 2, last_);
  return delay;
}

}  // namespace furnace::worker
