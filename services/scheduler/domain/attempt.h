#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/scheduler/domain/job.h"

namespace furnace::scheduler {

/// One run of a job on a worker, as clients see it.
struct Attempt {
  int number = 0;  // From 1: the epoch of its lease.
  std::string worker_id;
  std::string gpu_type;
  absl::Time started_at;
  std::optional<absl::Time> ended_at;  // nullopt: it runs.
  FailureCause cause = FailureCause::kNone;
  std::string error;
  std::int64_t gpu_time_us = 0;  // Billed.

  friend bool operator==(const Attempt&, const Attempt&) = default;
};

/// Attempts of a job that are shown, the last ones.
inline constexpr std::size_t kMaxAttempts = 100;
/// Bytes of an attempt's error that are kept.
inline constexpr std::size_t kMaxAttemptErrorBytes = 1024;

/// What a lease from `start` to `end` on `gpus` GPUs is billed that ended so, in microseconds.
std::int64_t BilledGpuTime(absl::Time start, absl::Time end, int gpus, FailureCause cause);

/// Whether some of the job's attempts may be known only to the history of attempts: those that
/// ended without a result. Of a job for which none are, the job tells all.
bool HasEarlierAttempts(const Job& job);

/// The attempts of a job by rising number, the last kMaxAttempts: `earlier`, in any order, and
/// the one that the job itself tells about, if it runs or has ended the job.
std::vector<Attempt> AttemptsOf(const Job& job, std::vector<Attempt> earlier);

}  // namespace furnace::scheduler
