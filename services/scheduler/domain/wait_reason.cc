#include "services/scheduler/domain/wait_reason.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "absl/status/statusor.h"
#include "services/scheduler/domain/affinity.h"
#include "services/scheduler/domain/job_window.h"
#include "services/scheduler/domain/time_window.h"
#include "services/scheduler/domain/time_zone.h"

namespace furnace::scheduler {
namespace {

WaitReason ForItsParents(const QueuePlace& place) {
  constexpr std::size_t kMaxNamed = 5;
  std::vector<std::string> named = place.parents;
  std::sort(named.begin(), named.end());
  named.resize(std::min(named.size(), kMaxNamed));
  return {.constraint = WaitConstraint::kDependency,
          .detail =
              fmt::format("{} of its parents have not ended: {}{}", place.parents.size(),
                          fmt::join(named, ", "), place.parents.size() > kMaxNamed ? ", ..." : "")};
}

WaitReason ForItsTime(const Job& job) {
  if (job.attempt > 0) {
    return {.constraint = WaitConstraint::kBackoff,
            .detail = fmt::format("backs off after attempt {}", job.attempt)};
  }
  return {.constraint = WaitConstraint::kNotBefore, .detail = "its time has not come"};
}

WaitReason ForAWorker(const Hindrance& hindrance, bool background) {
  switch (hindrance.obstacle) {
    case Obstacle::kStarting: return {WaitConstraint::kStarting, 0, hindrance.detail};
    case Obstacle::kNoCapacity: return {WaitConstraint::kNoCapacity, 0, hindrance.detail};
    case Obstacle::kCannotRun: return {WaitConstraint::kCannotRun, 0, hindrance.detail};
    case Obstacle::kCrashLoop: return {WaitConstraint::kCrashLoop, 0, hindrance.detail};
    case Obstacle::kFairShare: return {WaitConstraint::kFairShare, 0, hindrance.detail};
    case Obstacle::kNone: break;
  }
  if (background) {
    return {WaitConstraint::kBusy, 0, "no worker is free, and none is started for it"};
  }
  return {WaitConstraint::kBusy, 0, "all workers are busy"};
}

WaitReason ForItsWindow(std::string_view window, absl::Time now) {
  const absl::StatusOr<TimeWindow> parsed = ParseTimeWindow(window);
  const absl::StatusOr<OpeningHours> hours =
      parsed.ok() ? OpeningHours::Of(*parsed) : parsed.status();
  if (!hours.ok()) return {WaitConstraint::kWindow, 0, std::string(hours.status().message())};
  return {WaitConstraint::kWindow, 0,
          fmt::format("its window opens at {}",
                      absl::FormatTime(absl::RFC3339_sec, hours->NextOpening(now),
                                       *FindTimeZone(parsed->time_zone)))};
}

WaitReason ReasonOf(const Job& job, const Endpoint& endpoint, const QueuePlace& place,
                    absl::Time now, const std::optional<StartBlock>& block) {
  if (job.status == JobStatus::kWaiting) return ForItsParents(place);
  if (job.status == JobStatus::kDelayed) return ForItsTime(job);
  if (endpoint.paused) return {WaitConstraint::kPaused, 0, "the endpoint is paused"};
  if (block) return {block->constraint, 0, block->detail};
  const std::string_view window = WindowOf(job.affinity);
  if (!window.empty() && !IsOpen(window, now)) return ForItsWindow(window, now);
  if (place.key_busy) {
    return {WaitConstraint::kConcurrencyKey, 0, "a job with its concurrency_key runs"};
  }
  const int limit = endpoint.queue.max_concurrency;
  if (limit > 0 && place.running >= limit) {
    return {WaitConstraint::kConcurrencyLimit, 0,
            fmt::format("{} jobs run, the most the endpoint allows", place.running)};
  }
  return ForAWorker(place.hindrance, ParseAffinityClass(job.affinity).background);
}

}  // namespace

WaitReason WhyWaiting(const Job& job, const Endpoint& endpoint, const QueuePlace& place,
                      absl::Time now, const std::optional<StartBlock>& block) {
  WaitReason reason = ReasonOf(job, endpoint, place, now, block);
  reason.position = reason.constraint == WaitConstraint::kWindow ? 0 : place.position;
  for (const auto& [window, jobs] : place.before) {
    if (reason.position > 0 && !IsOpen(window, now)) reason.position -= jobs;
  }
  return reason;
}

}  // namespace furnace::scheduler
