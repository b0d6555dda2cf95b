// What the background side of a shard tells: of a sweep, and in its log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/scheduler/domain/job.h"
#include "services/scheduler/domain/lease_parts.h"
#include "services/scheduler/domain/lifetime.h"

namespace furnace::scheduler {

/// A lease that Sweep took back.
struct LapsedLease {
  LeaseId lease;
  std::string worker_id;
};

/// What a sweep of a shard has changed.
struct Swept {
  std::vector<LapsedLease> lapsed;
  std::vector<std::string> released;  // Jobs that are runnable now.
  std::vector<std::string> expired;   // Jobs that are TIMED_OUT now.
};

/// The end of an attempt: what it occupied and why it ended.
struct AttemptEnd {
  LeaseId lease;
  std::string project_id;
  std::string endpoint_id;
  WorkerOnGpu worker;
  absl::Time start;
  absl::Time end;
  FailureCause cause = FailureCause::kNone;
  std::string error =
      {};  // What the job said then, at most kMaxAttemptErrorBytes; only with a cause.
  /// It lies in the lifetime of its worker, which is reported as slices of its own.
  bool covered = false;
  ReportedParts reported = {};   // Of it, while it ran.
  std::string attribution = {};  // The job's.
  std::int64_t tokens = 0;       // See Outcome.
};

/// Part of an attempt, which is over while the attempt runs on.
struct AttemptPart {
  LeaseId lease;
  std::string project_id;
  std::string endpoint_id;
  WorkerOnGpu worker;  // The cold start is the first part's.
  LeasePart part;
  /// With a platform fault, the opposite: these parts are taken back, for the attempt was lost. It
  /// is numbered after the attempt's end, which is numbered after the parts.
  FailureCause taken_back = FailureCause::kNone;
  std::string attribution = {};  // The job's.
};

/// A slice of an always-on worker's lifetime.
struct WorkerSlice {
  std::string life_id;  // UUID of the lifetime; a worker may have several, one after another.
  std::string project_id;
  std::string endpoint_id;
  WorkerOnGpu worker;
  LifetimeSlice slice;
};

/// One transition of a job, a slice of a worker's lifetime, or a part of an attempt.
struct JobEvent {
  std::string event_id;
  std::string job_id;  // Only of a transition.
  std::int64_t version = 0;
  std::optional<AttemptEnd> attempt_end;
  std::optional<WorkerSlice> slice = {};
  std::optional<AttemptPart> part = {};
};

}  // namespace furnace::scheduler
