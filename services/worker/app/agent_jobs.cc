// The way of jobs to the handler and back.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "services/worker/app/agent.h"

namespace furnace::worker {
namespace {

constexpr absl::Duration kStoppingHold = absl::Milliseconds(200);
constexpr std::size_t kProgressValueBytesMax = std::size_t{4} << 10;
constexpr std::size_t kChunkBytesMax = std::size_t{1} << 20;

}  // namespace

void Agent::OnTake(const TakeRequest& request, const std::shared_ptr<TakePoll>& poll) {
  supervisor_.Took();
  sdk_ = request.sdk;
  if (request.in_progress == false) FailLost(held_.LostByTake());
  if (request.asks_for_free_slots) {
    asked_ = static_cast<int>(std::min(held_.size() + poll->jobs_max(), kConcurrencyMax));
  }
  event_.reset();
  // A handler that is to end would lose a job that it is given now. Its take ends soon.
  if (!supervisor_.stopping()) polls_.push_back(poll);
  if (!was_ready_) {
    was_ready_ = true;
    spdlog::info("handler ready after {}",
                 absl::FormatDuration(ports_.clock.Now() - options_.started));
  }
  if (phase_ == Phase::kServing) link_.Want(ports_.clock.Now());
  Advance();
}

absl::Duration Agent::hold(std::optional<SdkVersion> sdk) const {
  return supervisor_.stopping() ? kStoppingHold : PolicyFor(sdk).hold;
}

void Agent::OnTakeEnded(const TakePoll* poll) {
  std::erase_if(polls_, [&](const auto& each) { return each.get() == poll; });
}

void Agent::HandOut(absl::Time now) {
  if (!supervisor_.ready() || replace_handler_ || StopDue() || phase_ != Phase::kServing) {
    return;
  }
  while (!polls_.empty() && attempts_.waiting_count() > 0) {
    const std::shared_ptr<TakePoll> poll = polls_.front();
    if (!poll->Alive()) {
      polls_.pop_front();
      continue;
    }
    const std::vector<LeaseId> leases = PickFor(*poll, now);
    if (leases.empty()) return;
    polls_.pop_front();
    std::vector<TakePoll::Job> jobs;
    jobs.reserve(leases.size());
    for (const LeaseId& lease : leases) {
      const Assignment& assignment = attempts_.Find(lease)->assignment;
      jobs.push_back({lease.job_id, assignment.input, assignment.s3_config});
    }
    poll->Give(std::move(jobs),
               [this, generation = generation_, leases] { HandOutFailed(generation, leases); });
  }
}

std::vector<LeaseId> Agent::PickFor(const TakePoll& poll, absl::Time now) {
  std::vector<LeaseId> leases;
  const bool behind = Prefetches() && poll.jobs_max() == 1;
  if (behind && !held_.empty()) return leases;
  const int most = behind ? prefetch_.Jobs(absl::ZeroDuration()) : Concurrency();
  while ((behind || leases.size() < poll.jobs_max()) &&
         held_.size() < static_cast<std::size_t>(most)) {
    const Attempt* next =
        attempts_.NextWaiting([&](const std::string& id) { return !held_.Has(id); });
    if (next == nullptr) break;
    const LeaseId lease = next->assignment.lease;
    attempts_.HandOut(lease);
    if (behind && !held_.empty()) {
      held_.Add(lease, std::nullopt);
    } else {
      held_.Add(lease, now);
      attempts_.Begin(lease, now);
    }
    leases.push_back(lease);
  }
  return leases;
}

void Agent::HandOutFailed(int generation, const std::vector<LeaseId>& leases) {
  if (generation != generation_) return;  // Failed with its process.
  for (auto lease = leases.rbegin(); lease != leases.rend(); ++lease) {
    if (held_.HasLease(*lease)) held_.Remove(lease->job_id);
    attempts_.TakeBack(*lease);
  }
  Advance();
}

void Agent::OnPing(const std::vector<std::string>& job_ids) {
  if (!policy().pings_are_its_own) return;
  FailLost(held_.LostByPing(job_ids, ports_.clock.Now()));
  Advance();
}

void Agent::FailLost(const std::vector<HeldJob>& lost) {
  for (const HeldJob& job : lost) {
    if (job.abandoned) continue;
    spdlog::warn("job {}: the handler went on without reporting a result", job.lease.job_id);
  }
  GiveUp(lost, Cause::kHandlerError, "handler went on without reporting a result");
}

// Backwards, for each that is taken back goes before all others.
void Agent::GiveUp(const std::vector<HeldJob>& lost, Cause cause, const std::string& error) {
  for (auto job = lost.rbegin(); job != lost.rend(); ++job) {
    if (job->abandoned) continue;
    if (job->begun) {
      Finish(job->lease, Failure(cause, error));
    } else {
      attempts_.TakeBack(job->lease);
    }
  }
}

void Agent::OnReport(std::string_view job_id, Report report, const std::shared_ptr<Reply>& reply) {
  if (!held_.Has(job_id)) {
    spdlog::debug("job {}: late report dropped", job_id);
    const bool again = report.outcome.has_value();
    if (!again || !AnswerWhenSafe(job_id, reply)) reply->Done();
    return;
  }
  const absl::Time now = ports_.clock.Now();
  const bool begins = !held_.Find(job_id)->begun;
  FailLost(held_.LostBefore(job_id, now));
  if (report.outcome) {
    OnFinalReport(*held_.Remove(job_id), std::move(report), reply);
    BeginNext(now);
    Advance();
    return;
  }
  if (begins) BeginNext(now);
  OnProgressReport(*held_.Find(job_id), std::move(report), reply);
  if (begins) Advance();
}

void Agent::OnProgressReport(const HeldJob& job, Report report,
                             const std::shared_ptr<Reply>& reply) {
  const std::string& job_id = job.lease.job_id;
  Progress progress;
  progress.lease = job.lease;
  if (report.progress && report.progress->size() > kProgressValueBytesMax) {
    spdlog::warn("job {}: progress of {} bytes dropped", job_id, report.progress->size());
  } else {
    progress.progress = std::move(report.progress);
  }
  if (report.chunk && report.chunk->size() > kChunkBytesMax) {
    spdlog::warn("job {}: chunk of {} bytes dropped", job_id, report.chunk->size());
  } else if (report.chunk) {
    progress.chunks.push_back(*std::move(report.chunk));
    if (report.chunk_tokens > 0) held_.SetTokens(job_id, report.chunk_tokens);
  }
  const bool empty = !progress.progress && progress.chunks.empty();
  if (job.abandoned || empty) {
    reply->Done();
  } else if (HasRoomFor(progress)) {
    SendProgress(std::move(progress));
    reply->Done();
  } else {
    HoldReport(std::move(progress), reply);
  }
}

void Agent::HoldReport(Progress progress, const std::shared_ptr<Reply>& reply) {
  HeldReport& held = held_reports_[progress.lease];
  // It comes again, or did just now.
  if (held.reply != nullptr) held.reply->Busy();
  held = {std::move(progress), reply, ports_.clock.Now() + kReportHold};
  Advance();
}

void Agent::SendHeldReports(absl::Time now) {
  std::erase_if(held_reports_, [&](auto& entry) {
    auto& [lease, held] = entry;
    const bool wanted = held_.HasLease(lease) && !held_.Find(lease.job_id)->abandoned;
    const bool sends = wanted && HasRoomFor(held.progress);
    if (wanted && !sends && now < held.until) return false;
    if (sends) SendProgress(std::move(held.progress));
    if (sends || !wanted) {
      held.reply->Done();
    } else {
      held.reply->Busy();
    }
    return true;
  });
}

absl::Time Agent::NextReportLimit() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [lease, held] : held_reports_) next = std::min(next, held.until);
  return next;
}

void Agent::OnFinalReport(const HeldJob& job, Report report, const std::shared_ptr<Reply>& reply) {
  supervisor_.Delivered();
  if (report.replace_handler) replace_handler_ = refreshes_ = true;
  Outcome& outcome = *report.outcome;
  // What was streamed need not be in the output again.
  if (outcome.cause == Cause::kNone && outcome.tokens == 0) outcome.tokens = job.tokens;
  if (job.begun) prefetch_.Ran(ports_.clock.Now() - *job.begun);
  if (job.abandoned || !Finish(job.lease, std::move(outcome), [reply] { reply->Done(); })) {
    reply->Done();
  }
}

void Agent::FailOverdue(absl::Time now) {
  for (const LeaseId& lease : attempts_.Overdue(now)) {
    const Attempt& attempt = *attempts_.Find(lease);
    if (attempt.state == AttemptState::kWaiting) {
      spdlog::warn("job {}: the handler does not take it", lease.job_id);
      GiveBack({lease});
      if (held_.empty()) StopHandler(options_.cancel_grace);
      continue;
    }
    const double seconds = absl::ToDoubleSeconds(attempt.assignment.timeout);
    spdlog::warn("job {}: ran for its {} s and is stopped", lease.job_id, seconds);
    Abandon(lease);
    Finish(lease,
           Failure(Cause::kTimeout, fmt::format("executionTimeout exceeded: {} s", seconds)));
  }
}

}  // namespace furnace::worker
