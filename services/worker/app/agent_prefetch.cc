// Jobs that are given to the handler behind another one, for it idles between takes.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "services/worker/app/agent.h"

namespace furnace::worker {

bool Agent::Prefetches() const {
  return Concurrency() == 1 && policy().takes_arrays && !refreshes_;
}

void Agent::BeginNext(absl::Time now) {
  if (replace_handler_) return;
  const std::optional<LeaseId> next = held_.BeginNext(now);
  if (!next) return;
  if (held_.Find(next->job_id)->abandoned) {
    AskToStop(now + options_.cancel_grace);
  } else {
    attempts_.Begin(*next, now);
  }
}

void Agent::GiveBackBehind(absl::Time now) {
  if (now < NextGiveBack()) return;
  const std::vector<LeaseId> recalled = held_.Recall();
  const std::size_t count = recalled.size() + attempts_.waiting_count();
  if (count > 0) spdlog::info("{} jobs that would wait for long are given back", count);
  WithdrawCredits();
  ReleaseAll(AttemptState::kWaiting);
  GiveBack(recalled);
  // The handler would run them next.
  if (!recalled.empty()) stop_by_ = std::min(stop_by_, now);
}

absl::Time Agent::NextGiveBack() const {
  const bool here = attempts_.waiting_count() > 0 || credits_out_ > 0;
  if (!supervisor_.ready()) {
    return here ? unready_since_ + Prefetch::kPatience : absl::InfiniteFuture();
  }
  const std::optional<absl::Time> since = held_.begun_since();
  if (!Prefetches() || !since || !(here || held_.has_unbegun())) return absl::InfiniteFuture();
  return *since + Prefetch::kPatience;
}

}  // namespace furnace::worker
