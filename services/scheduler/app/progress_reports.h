#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "services/scheduler/app/job_watchers.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Stores what running attempts report, and passes new chunks straight on to those who watch
/// here: other replicas learn of them by a notice, and read. Thread-safe.
class ProgressReports {
 public:
  /// `replica`: what no other replica is called.
  ProgressReports(JobQueue& queue, JobWatchers& watchers, std::string replica)
      : queue_(queue), watchers_(watchers), replica_(std::move(replica)) {}

  /// See JobQueue::Report; gives false when the attempt holds no lease.
  void Report(ProgressReport report, Done<bool> done);

  /// A notice of reports has come: who reported, and of which jobs, each after a space.
  void Noticed(std::string_view notice);

 private:
  JobQueue& queue_;
  JobWatchers& watchers_;
  const std::string replica_;
};

}  // namespace furnace::scheduler
