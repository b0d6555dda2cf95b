#pragma once

#include <cstdint>

#include "absl/status/status.h"

namespace furnace::scheduler {

/// Jobs that wait, and what their inputs take in the queue's memory.
struct QueueLoad {
  std::int64_t jobs = 0;
  std::int64_t bytes = 0;

  QueueLoad& operator+=(const QueueLoad& other) {
    jobs += other.jobs;
    bytes += other.bytes;
    return *this;
  }
  friend bool operator==(const QueueLoad&, const QueueLoad&) = default;
};

/// The most that may wait; 0 of something: any.
struct AdmissionLimits {
  QueueLoad suite;    // Of all projects together.
  QueueLoad project;  // Of each.

  bool any() const { return suite != QueueLoad{} || project != QueueLoad{}; }
};

/// The limits with a project's own quota of jobs, if that is not 0.
AdmissionLimits WithQuota(AdmissionLimits limits, std::int64_t max_queued_jobs);

/// OK when `asked` fits on top of what waits in the suite and in the project.
/// RESOURCE_EXHAUSTED names the limit that it would pass.
absl::Status CheckAdmission(const AdmissionLimits& limits, const QueueLoad& suite,
                            const QueueLoad& project, const QueueLoad& asked);

}  // namespace furnace::scheduler
