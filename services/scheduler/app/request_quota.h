#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/app/project_quotas.h"

namespace furnace::scheduler {

/// Jobs to be counted as submitted by a project in a UTC day.
struct RequestCount {
  std::string project_id;
  std::int64_t jobs = 0;  // Below zero: so many are not counted any more.
  std::int64_t most = 0;  // In the day, these included. Of no matter below zero.
  std::optional<absl::Time> day = std::nullopt;  // Its start; nullopt: the present one.
};

struct RequestsCounted {
  bool counted = false;  // Else they would have been too many.
  absl::Time day;        // The start of the day that it was.
};

/// How many jobs each project has submitted in the present day.
class RequestCounts {
 public:
  virtual ~RequestCounts() = default;

  /// Counts all jobs or none. A day that is over is not known any more: then nothing is counted.
  /// As the methods of JobQueue: asynchronous, and with their errors.
  virtual void Count(RequestCount count, Done<RequestsCounted> done) = 0;
};

/// Keeps what a project submits in a UTC day within its quota. For projects without such a
/// quota nothing is counted. Thread-safe.
class RequestQuota {
 public:
  /// Jobs that have been counted.
  struct Ticket {
    std::string project_id;
    std::int64_t jobs = 0;
    absl::Time day;
  };

  RequestQuota(const ProjectQuotas& quotas, RequestCounts& counts, const Clock& clock)
      : quotas_(quotas), counts_(counts), clock_(clock) {}

  /// Whether the project has such a quota.
  bool Limits(const std::string& project_id) const;

  /// Counts jobs that are about to be queued. RESOURCE_EXHAUSTED, which says when the next day
  /// begins, when they would be too many; errors of RequestCounts. Without a quota nothing is
  /// counted. Does not block.
  void Take(const std::string& project_id, std::int64_t jobs, Done<Ticket> done);

  /// Counts jobs no more that were not queued. Should this fail, they stay counted.
  void GiveBack(const Ticket& ticket);

 private:
  const ProjectQuotas& quotas_;
  RequestCounts& counts_;
  const Clock& clock_;
};

}  // namespace furnace::scheduler
