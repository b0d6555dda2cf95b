#include "services/scheduler/app/schedule_runner.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "services/scheduler/app/await.h"
#include "services/scheduler/domain/attribution.h"
#include "services/scheduler/domain/schedule.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

// Whether trying again may help; the run may have been submitted.
bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

ScheduleAdvance AdvanceOf(const Schedule& schedule) {
  return {.id = schedule.id,
          .revision = schedule.revision,
          .due = *schedule.next_run_at,
          .next_run_at = std::nullopt,
          .paused = false,
          .last_run_at = schedule.last_run_at,
          .last_job_id = schedule.last_job_id,
          .last_error = {}};
}

}  // namespace

absl::Status ScheduleRunner::Run() {
  const std::vector<int> led = leader_.Led();
  if (led.empty()) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(
      const std::vector<Schedule> due,
      store_.Due(
          {.shards = led, .shard_count = shards_, .now = clock_.Now(), .limit = kMaxPerRound}));
  absl::Status first;
  // One that cannot be run now does not keep the others from it.
  for (const Schedule& schedule : due) first.Update(RunOne(schedule));
  return first;
}

absl::Status ScheduleRunner::RunOne(const Schedule& schedule) {
  ScheduleAdvance advance = AdvanceOf(schedule);
  const absl::StatusOr<Timetable> timetable = ParseTimetable(schedule.cron, schedule.time_zone);
  if (!timetable.ok()) {
    // It was understood when it was stored: this machine's tzdata is another one.
    advance.paused = true;
    advance.last_error = std::string(timetable.status().message());
    return store_.Advance(advance).status();
  }
  const RunPlan plan =
      PlanRuns(*timetable, schedule.missed_runs, *schedule.next_run_at, clock_.Now());
  if (plan.left_out) advance.last_error = "runs were missed and, by missed_runs, left out";
  for (const absl::Time nominal : plan.runs) {
    FURNACE_RETURN_IF_ERROR(RunFor(schedule, nominal, advance));
    if (advance.paused) break;
  }
  if (!advance.paused) advance.next_run_at = plan.next;
  return store_.Advance(advance).status();
}

absl::Status ScheduleRunner::RunFor(const Schedule& schedule, absl::Time nominal,
                                    ScheduleAdvance& advance) {
  const std::string job_id =
      RunJobId(schedule.id, nominal, ShardOfEndpoint(schedule.endpoint_id, shards_));
  FURNACE_ASSIGN_OR_RETURN(const bool exists, Exists(job_id, schedule.project_id));
  advance.last_run_at = nominal;
  if (!exists) {
    FURNACE_ASSIGN_OR_RETURN(const std::optional<std::string> overlap,
                             Overlaps(schedule, advance.last_job_id));
    if (overlap) {
      advance.last_error = *overlap;
      return absl::OkStatus();
    }
    const absl::Status submitted = Submit(schedule, job_id);
    if (IsTransient(submitted)) return submitted;
    if (!submitted.ok() && !absl::IsAlreadyExists(submitted)) {
      spdlog::warn("schedule {}: the run of {} is refused: {}", schedule.id,
                   absl::FormatTime(nominal, absl::UTCTimeZone()), submitted.ToString());
      advance.last_error = std::string(submitted.message());
      advance.paused = absl::IsNotFound(submitted);  // Its endpoint is gone.
      return absl::OkStatus();
    }
  }
  advance.last_job_id = job_id;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> ScheduleRunner::Overlaps(
    const Schedule& schedule, const std::string& last_job_id) {
  if (schedule.overlap == Overlap::kAllow || last_job_id.empty()) return std::nullopt;
  const absl::StatusOr<JobRecord> last =
      reader_.Find(last_job_id, schedule.project_id, /*with_input=*/false);
  if (absl::IsNotFound(last.status())) return std::nullopt;
  FURNACE_RETURN_IF_ERROR(last.status());
  if (IsFinal(last->job.status)) return std::nullopt;
  return fmt::format("left out: job {} of the run before is {}", last_job_id,
                     ToString(last->job.status));
}

absl::StatusOr<bool> ScheduleRunner::Exists(const std::string& job_id,
                                            const std::string& project_id) {
  const absl::Status found = reader_.Find(job_id, project_id, /*with_input=*/false).status();
  if (absl::IsNotFound(found)) return false;
  FURNACE_RETURN_IF_ERROR(found);
  return true;
}

absl::Status ScheduleRunner::Submit(const Schedule& schedule, const std::string& job_id) {
  Attribution attribution = ParseAttribution(schedule.attribution);
  JobRequest request{.project_id = schedule.project_id,
                     .endpoint_id = schedule.endpoint_id,
                     .api_key_id = std::move(attribution.api_key_id),
                     .items = {{.id = job_id,
                                .input = schedule.input,
                                .priority = schedule.priority,
                                .ttl = schedule.ttl,
                                .timeout = schedule.timeout,
                                .concurrency_key = schedule.concurrency_key,
                                .window = schedule.window,
                                .webhook = schedule.webhook,
                                .tags = std::move(attribution.tags)}},
                     // Begins with what no client's key may hold.
                     .idempotency_key = "\nrun " + job_id};
  FURNACE_ASSIGN_OR_RETURN(Submission submission, submitter_.Prepare(std::move(request)));
  return Await<SubmitResult>([&](Done<SubmitResult> done) {
           submitter_.Submit(std::move(submission), std::move(done));
         })
      .status();
}

}  // namespace furnace::scheduler
