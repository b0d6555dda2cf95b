#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/scheduler/app/job_reader.h"
#include "services/scheduler/app/schedule_store.h"
#include "services/scheduler/app/shard_leader.h"
#include "services/scheduler/app/submitter.h"

namespace furnace::scheduler {

/// Submits the jobs of schedules that are due, on the shards this replica leads.
///
/// A run is one job, whatever ends this process: the job's id follows from the schedule and
/// the nominal time, it is submitted under an idempotency key of its own, and only then
/// is the schedule advanced, if it is still due for that time. A run that is
/// tried again finds the job there: under its key, or, long after, by its id.
class ScheduleRunner {
 public:
  static constexpr absl::Duration kEvery = absl::Milliseconds(500);
  /// Schedules of one round; the others are due in the next.
  static constexpr int kMaxPerRound = 200;

  ScheduleRunner(ScheduleStore& store, Submitter& submitter, JobReader& reader,
                 const ShardLeader& leader, const Clock& clock, int shards)
      : store_(store),
        submitter_(submitter),
        reader_(reader),
        leader_(leader),
        clock_(clock),
        shards_(shards) {}

  /// One round; blocks, for one thread. An error is of what all schedules need, and ends it:
  /// the next round goes on from there. A run that is refused is told in its schedule.
  absl::Status Run();

 private:
  absl::Status RunOne(const Schedule& schedule);
  /// Submits the job of a run, unless it is there; what became of it is noted in
  /// `advance`. Errors are those after which it has to be tried again.
  absl::Status RunFor(const Schedule& schedule, absl::Time nominal, ScheduleAdvance& advance);
  /// Why the run may not start, for the one before is not final; nullopt when it may.
  absl::StatusOr<std::optional<std::string>> Overlaps(const Schedule& schedule,
                                                      const std::string& last_job_id);
  absl::StatusOr<bool> Exists(const std::string& job_id, const std::string& project_id);
  absl::Status Submit(const Schedule& schedule, const std::string& job_id);

  ScheduleStore& store_;
  Submitter& submitter_;
  JobReader& reader_;
  const ShardLeader& leader_;
  const Clock& clock_;
  const int shards_;
};

}  // namespace furnace::scheduler
