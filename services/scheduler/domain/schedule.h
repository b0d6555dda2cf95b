#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/scheduler/domain/cron.h"

namespace furnace::scheduler {

/// What becomes of runs that did not start in time, for nobody could start them.
/// Numbers as furnace.v1.MissedRuns; stored in PostgreSQL.
enum class MissedRuns {
  kRunOnce = 1,  // One run makes up for all of them.
  kSkip = 2,
  kRunAll = 3,  // The latest kMaxBacklog.
};

/// Whether a run may start while the one before is not final. Numbers as
/// furnace.v1.Overlap; stored in PostgreSQL.
enum class Overlap { kAllow = 1, kSkip = 2 };

/// Runs that MissedRuns::kRunAll makes up for.
inline constexpr int kMaxBacklog = 100;
/// A run that starts later than this was missed.
inline constexpr absl::Duration kOnTime = absl::Minutes(1);
inline constexpr int kMaxSchedulesPerEndpoint = 1000;

/// Submits jobs to an endpoint at the times that a cron expression names. Ranges:
/// furnace.v1.ScheduleSpec.
struct Schedule {
  std::string id;
  std::string endpoint_id;
  std::string project_id;
  std::string name;
  std::string cron;       // See ParseCron.
  std::string time_zone;  // See FindTimeZone.
  MissedRuns missed_runs = MissedRuns::kRunOnce;
  Overlap overlap = Overlap::kAllow;

  // Of its jobs.
  std::string input;  // JSON; empty where a list leaves it out.
  int priority = 0;
  std::optional<absl::Duration> ttl;  // nullopt: the endpoint's; so the next.
  std::optional<absl::Duration> timeout;
  std::string concurrency_key;
  std::string window;       // See ParseTimeWindow; empty: none.
  std::string webhook;      // See EncodeJobWebhook; empty: the endpoint's.
  std::string attribution;  // See EncodeAttribution; its key is that of who stored this last.

  bool paused = false;
  std::int64_t revision = 1;  // Rises by one with each change by a client.
  absl::Time created_at = absl::InfinitePast();
  absl::Time updated_at = absl::InfinitePast();
  std::optional<absl::Time> next_run_at;  // nullopt: never, or paused.

  // Of the latest run.
  std::optional<absl::Time> last_run_at;
  std::string last_job_id;  // Empty: it made no job.
  std::string last_error;   // Why it made none, or a sentence on runs left out.

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// A schedule's expression and zone, understood.
struct Timetable {
  Cron cron;
  absl::TimeZone zone;
};

/// INVALID_ARGUMENT: "cron: ..." or "time_zone: ...".
absl::StatusOr<Timetable> ParseTimetable(std::string_view cron, std::string_view time_zone);

/// INVALID_ARGUMENT, "name: ...", unless it has 1-63 characters of [a-z0-9-] and starts
/// with a letter.
absl::Status CheckScheduleName(std::string_view name);

/// What is to be done about a schedule now.
struct RunPlan {
  std::vector<absl::Time> runs;    // Due times to run for, oldest first.
  bool left_out = false;           // Others were due, and are not run for.
  std::optional<absl::Time> next;  // When it is due again.
};

/// `due`: its next_run_at. Nothing is run for, and `next` is `due`, while that lies ahead:
/// a clock that was put back makes no run come again.
RunPlan PlanRuns(const Timetable& timetable, MissedRuns policy, absl::Time due, absl::Time now);

/// The id of the job that the run of `nominal` makes: always the same one, so that it
/// can be looked for. In the endpoint's shard.
std::string RunJobId(std::string_view schedule_id, absl::Time nominal, int shard);

}  // namespace furnace::scheduler
