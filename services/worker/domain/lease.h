#pragma once

#include <cstdint>
#include <string>
#include <tuple>

namespace furnace::worker {

/// Names an attempt: the lease of a job under an epoch. A job may be leased to us
/// again, under a higher epoch, while an older attempt is not wound up yet.
struct LeaseId {
  std::string job_id;
  std::int32_t epoch = 0;

  bool operator==(const LeaseId&) const = default;
  bool operator<(const LeaseId& other) const {
    return std::tie(job_id, epoch) < std::tie(other.job_id, other.epoch);
  }
};

}  // namespace furnace::worker
