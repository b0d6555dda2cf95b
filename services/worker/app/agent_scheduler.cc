// The agent's dealings with the scheduler.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "services/worker/app/agent.h"

namespace furnace::worker {
void Agent::AdvanceLink(absl::Time now) {
  switch (link_.Due(now)) {
    case Link::Action::kDial: DialScheduler(now); break;
    case Link::Action::kBreakOff: ports_.scheduler.BreakOff(); break;
    case Link::Action::kHeartbeat:
      ports_.scheduler.Send(Heartbeat{attempts_.All(), gpu_readings_, attempts_.Waits()});
      break;
    case Link::Action::kGiveUp:
      spdlog::error("scheduler out of reach for {}: stopping",
                    absl::FormatDuration(options_.disconnect_limit));
      Shutdown(Ending::kDisconnected, absl::ZeroDuration(), absl::ZeroDuration());
      break;
    case Link::Action::kNothing: break;
  }
}

void Agent::DialScheduler(absl::Time now) {
  Hello hello;
  hello.identity = options_.identity;
  hello.leases = attempts_.All();
  hello.gpus = gpus_;
  credits_out_ = 0;
  hello.credits = credits_out_ = FreeSlots();
  if (link_.first() && was_ready_) hello.cold_start = now - options_.started;
  ports_.scheduler.Dial(hello, *this);
}

void Agent::OnWelcome(absl::Duration heartbeat) {
  spdlog::info("connected to the scheduler with {} open attempts", attempts_.All().size());
  link_.Welcomed(ports_.clock.Now(), heartbeat);
  // Said before, maybe, but to an earlier session.
  if (phase_ != Phase::kServing && was_ready_) ports_.scheduler.Send(Draining{});
  if (event_unsent_) ports_.scheduler.Send(*std::exchange(event_unsent_, std::nullopt));
  // What was sent may not have arrived; a result ends what may be said of its attempt.
  for (Progress& progress : unstored_.All()) ports_.scheduler.Send(std::move(progress));
  ResendUnsettled();
  Advance();
}

void Agent::OnDisconnected(const absl::Status& status) {
  if (link_.up()) {
    spdlog::warn("scheduler connection lost: {}", status.ToString());
  } else {
    spdlog::debug("scheduler not reached: {}", status.ToString());
  }
  link_.Closed(ports_.clock.Now(), ports_.random());
  credits_out_ = 0;
  const bool refused = absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status);
  if (refused || absl::IsInvalidArgument(status) || absl::IsNotFound(status)) {
    spdlog::error("the scheduler refuses this worker: {}", status.ToString());
    Shutdown(refused ? Ending::kRefused : Ending::kMisplaced, absl::ZeroDuration(),
             absl::ZeroDuration());
  }
  Advance();
}

void Agent::OnAssignments(std::vector<Assignment> jobs) {
  credits_out_ = std::max(0, credits_out_ - static_cast<int>(jobs.size()));
  for (Assignment& job : jobs) attempts_.Assign(std::move(job), ports_.clock.Now());
  Advance();
}

void Agent::OnSettled(const std::vector<LeaseId>& leases) {
  for (const LeaseId& lease : leases) {
    if (attempts_.Settle(lease)) Forget(lease);
  }
  Advance();
}

void Agent::OnLeaseLost(const std::vector<LeaseId>& leases) {
  for (const LeaseId& lease : leases) {
    const std::optional<AttemptState> was = attempts_.Lose(lease);
    if (!was) continue;
    spdlog::warn("job {} attempt {}: lease lost", lease.job_id, lease.epoch);
    unstored_.Drop(lease);
    if (was == AttemptState::kRunning) Abandon(lease);
    if (was == AttemptState::kUnsettled) Forget(lease);
  }
  Advance();
}

void Agent::OnProgressStored(const LeaseId& lease, std::int64_t sequence) {
  unstored_.Stored(lease, sequence);
  SendHeldReports(ports_.clock.Now());
}

void Agent::OnCancel(const LeaseId& lease) {
  unstored_.Drop(lease);
  if (attempts_.Cancel(lease) == AttemptState::kRunning) Abandon(lease);
  Advance();
}

void Agent::OnDrain() { Drain(); }

bool Agent::Finish(const LeaseId& lease, Outcome outcome, std::function<void()> safe) {
  outcome.gpu_memory_peak_mib = TakeGpuPeak(lease);
  if (!attempts_.Finish(lease, std::move(outcome), ports_.clock.Now())) return false;
  const Attempt& attempt = *attempts_.Find(lease);
  const Outcome& booked = attempt.outcome;
  if (ports_.monitor != nullptr && attempt.has_begun()) {
    ports_.monitor->OnAttemptEnded(booked.cause, ports_.clock.Now() - attempt.begun);
  }
  if (link_.up()) {
    const int credits = FreeSlots();
    credits_out_ += credits;
    ports_.scheduler.Send(Result{lease, booked, credits});
  }
  if (safe) unsafe_[lease] = std::move(safe);
  ports_.spool.Save({options_.identity.worker_id, lease, booked}, [this, lease] { Safe(lease); });
  return true;
}

void Agent::Safe(const LeaseId& lease) {
  if (const auto node = unsafe_.extract(lease)) node.mapped()();
}

bool Agent::AnswerWhenSafe(std::string_view job_id, const std::shared_ptr<Reply>& reply) {
  const auto found = std::find_if(unsafe_.begin(), unsafe_.end(),
                                  [&](const auto& entry) { return entry.first.job_id == job_id; });
  if (found == unsafe_.end()) return false;
  found->second = [first = std::move(found->second), reply] {
    first();
    reply->Done();
  };
  return true;
}

void Agent::Forget(const LeaseId& lease) {
  Safe(lease);
  unstored_.Drop(lease);
  ports_.spool.Remove(lease);
}

void Agent::ResendUnsettled() {
  for (const LeaseId& lease : attempts_.In(AttemptState::kUnsettled)) {
    ports_.scheduler.Send(Result{lease, attempts_.Find(lease)->outcome, 0});
  }
}

bool Agent::HasRoomFor(const Progress& progress) const {
  const std::size_t backlog = link_.up() ? ports_.scheduler.backlog_bytes() : 0;
  const std::size_t waiting = std::max(unstored_.bytes(), backlog);
  return waiting + UnstoredProgress::SizeOf(progress) <= kProgressBytesMax;
}

void Agent::SendProgress(Progress progress) {
  progress.sequence = held_.CountReport(progress.lease.job_id);
  progress = unstored_.Add(std::move(progress));
  if (link_.up()) ports_.scheduler.Send(std::move(progress));
}

int Agent::Capacity() const {
  if (!Prefetches()) return Concurrency();
  const std::optional<absl::Time> since = held_.begun_since();
  const absl::Duration running = since ? ports_.clock.Now() - *since : absl::ZeroDuration();
  // Credits are no use to others: only as many as jobs have come show that more wait.
  const auto here = static_cast<int>(attempts_.waiting_count() + held_.size());
  return std::min(prefetch_.Jobs(running), std::max(1, 2 * here));
}

int Agent::FreeSlots() const {
  if (phase_ != Phase::kServing || !supervisor_.ready() || replace_handler_ || StopDue() ||
      attempts_.unsettled_bytes() >= options_.unsettled_bytes_max || ports_.spool.failing()) {
    return 0;
  }
  const int taken = static_cast<int>(attempts_.waiting_count() + held_.size()) + credits_out_;
  return std::max(0, Capacity() - taken);
}

void Agent::WithdrawCredits() {
  if (credits_out_ > 0) ports_.scheduler.Send(Credit{-std::exchange(credits_out_, 0)});
}

void Agent::GrantCredits() {
  const int count = link_.up() ? FreeSlots() : 0;
  if (count == 0) return;
  credits_out_ += count;
  ports_.scheduler.Send(Credit{count});
}

}  // namespace furnace::worker
