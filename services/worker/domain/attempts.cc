#include "services/worker/domain/attempts.h"

#include <algorithm>
#include <utility>

namespace furnace::worker {
namespace {

std::size_t SizeOf(const Outcome& outcome) { return outcome.output.size() + outcome.error.size(); }

absl::Time DeadlineOf(const Attempt& attempt) {
  switch (attempt.state) {
    case AttemptState::kWaiting: return attempt.take_by;
    case AttemptState::kRunning: return attempt.finish_by;
    case AttemptState::kUnsettled:
    case AttemptState::kGone: break;
  }
  return absl::InfiniteFuture();
}

// From when we got it until the handler could begin it, or it was over before.
absl::Duration WaitOf(const Attempt& attempt, absl::Time over) {
  const absl::Duration waited = std::min(attempt.begun, over) - attempt.assigned;
  return waited < Attempts::kWaitMin ? absl::ZeroDuration() : waited;
}

}  // namespace

bool Attempts::Assign(Assignment assignment, absl::Time now) {
  const LeaseId lease = assignment.lease;
  Attempt attempt;
  attempt.assignment = std::move(assignment);
  attempt.assigned = now;
  attempt.take_by = now + kTakeWithin;
  if (!attempts_.emplace(lease, std::move(attempt)).second) return false;
  waiting_.push_back(lease);
  return true;
}

void Attempts::Restore(const LeaseId& lease, Outcome outcome) {
  Attempt attempt;
  attempt.assignment.lease = lease;
  attempt.state = AttemptState::kUnsettled;
  attempt.outcome = std::move(outcome);
  const auto [entry, is_new] = attempts_.emplace(lease, std::move(attempt));
  if (is_new) Count(entry->second.outcome);
}

const Attempt* Attempts::Find(const LeaseId& lease) const {
  const auto found = attempts_.find(lease);
  return found == attempts_.end() ? nullptr : &found->second;
}

bool Attempts::HandOut(const LeaseId& lease) {
  return Apply(lease, AttemptEvent::kHandOut).has_value();
}

bool Attempts::Begin(const LeaseId& lease, absl::Time now) {
  const auto found = attempts_.find(lease);
  if (found == attempts_.end() || found->second.state != AttemptState::kRunning) return false;
  Attempt& attempt = found->second;
  attempt.begun = now;
  const absl::Duration timeout = attempt.assignment.timeout;
  attempt.finish_by = timeout > absl::ZeroDuration() ? now + timeout : absl::InfiniteFuture();
  return true;
}

bool Attempts::TakeBack(const LeaseId& lease) {
  if (!Apply(lease, AttemptEvent::kTakeBack)) return false;
  attempts_.at(lease).begun = absl::InfiniteFuture();
  waiting_.push_front(lease);
  return true;
}

bool Attempts::Finish(const LeaseId& lease, Outcome outcome, absl::Time now) {
  if (!Apply(lease, AttemptEvent::kFinish)) return false;
  Attempt& attempt = attempts_.at(lease);
  attempt.assignment.input.clear();
  attempt.assignment.s3_config.clear();
  attempt.outcome = std::move(outcome);
  attempt.outcome.waited = WaitOf(attempt, now);
  Count(attempt.outcome);
  return true;
}

std::vector<LeaseId> Attempts::All() const {
  std::vector<LeaseId> leases;
  leases.reserve(attempts_.size());
  for (const auto& [lease, attempt] : attempts_) leases.push_back(lease);
  return leases;
}

std::vector<absl::Duration> Attempts::Waits() const {
  std::vector<absl::Duration> waits;
  waits.reserve(attempts_.size());
  for (const auto& [lease, attempt] : attempts_) {
    const bool over = attempt.state == AttemptState::kUnsettled;
    waits.push_back(over ? attempt.outcome.waited : WaitOf(attempt, absl::InfiniteFuture()));
  }
  return waits;
}

std::vector<LeaseId> Attempts::In(AttemptState state) const {
  std::vector<LeaseId> leases;
  for (const auto& [lease, attempt] : attempts_) {
    if (attempt.state == state) leases.push_back(lease);
  }
  return leases;
}

std::vector<LeaseId> Attempts::Overdue(absl::Time now) const {
  std::vector<LeaseId> leases;
  for (const auto& [lease, attempt] : attempts_) {
    if (DeadlineOf(attempt) <= now) leases.push_back(lease);
  }
  return leases;
}

absl::Time Attempts::NextDeadline() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [lease, attempt] : attempts_) {
    next = std::min(next, DeadlineOf(attempt));
  }
  return next;
}

std::optional<AttemptState> Attempts::Apply(const LeaseId& lease, AttemptEvent event) {
  const auto found = attempts_.find(lease);
  if (found == attempts_.end()) return std::nullopt;
  Attempt& attempt = found->second;
  const std::optional<AttemptState> after = After(attempt.state, event);
  if (!after) return std::nullopt;

  const AttemptState before = std::exchange(attempt.state, *after);
  if (before == AttemptState::kWaiting) waiting_.remove(lease);
  if (*after == AttemptState::kGone) {
    if (before == AttemptState::kUnsettled) {
      --unsettled_count_;
      unsettled_bytes_ -= SizeOf(attempt.outcome);
    }
    attempts_.erase(found);
  }
  return before;
}

void Attempts::Count(const Outcome& outcome) {
  ++unsettled_count_;
  unsettled_bytes_ += SizeOf(outcome);
}

}  // namespace furnace::worker
