#include "services/scheduler/domain/wait_reason.h"

#include <fmt/format.h>

namespace furnace::scheduler {
namespace {

WaitReason ForItsTime(const Job& job) {
  if (job.attempt > 0) {
    return {.constraint = WaitConstraint::kBackoff,
            .detail = fmt::format("backs off after attempt {}", job.attempt)};
  }
  return {.constraint = WaitConstraint::kNotBefore, .detail = "its time has not come"};
}

WaitReason ForAWorker(const Hindrance& hindrance) {
  switch (hindrance.obstacle) {
    case Obstacle::kStarting: return {WaitConstraint::kStarting, 0, hindrance.detail};
    case Obstacle::kNoCapacity: return {WaitConstraint::kNoCapacity, 0, hindrance.detail};
    case Obstacle::kCannotRun: return {WaitConstraint::kCannotRun, 0, hindrance.detail};
    case Obstacle::kCrashLoop: return {WaitConstraint::kCrashLoop, 0, hindrance.detail};
    case Obstacle::kFairShare: return {WaitConstraint::kFairShare, 0, hindrance.detail};
    case Obstacle::kNone: break;
  }
  return {WaitConstraint::kBusy, 0, "all workers are busy"};
}

WaitReason ReasonOf(const Job& job, const Endpoint& endpoint, const QueuePlace& place) {
  if (job.status == JobStatus::kDelayed) return ForItsTime(job);
  if (endpoint.paused) return {WaitConstraint::kPaused, 0, "the endpoint is paused"};
  if (place.key_busy) {
    return {WaitConstraint::kConcurrencyKey, 0, "a job with its concurrency_key runs"};
  }
  const int limit = endpoint.queue.max_concurrency;
  if (limit > 0 && place.running >= limit) {
    return {WaitConstraint::kConcurrencyLimit, 0,
            fmt::format("{} jobs run, the most the endpoint allows", place.running)};
  }
  return ForAWorker(place.hindrance);
}

}  // namespace

WaitReason WhyWaiting(const Job& job, const Endpoint& endpoint, const QueuePlace& place) {
  WaitReason reason = ReasonOf(job, endpoint, place);
  reason.position = place.position;
  return reason;
}

}  // namespace furnace::scheduler
