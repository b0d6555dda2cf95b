#include "services/scheduler/app/forecast_book.h"

#include <optional>

namespace furnace::scheduler {

void ForecastBook::Given(const std::string& job_id, const Forecast& forecast, absl::Time now) {
  MutexLock lock(mutex_);
  if (!entries_.try_emplace(job_id, Entry{.forecast = forecast, .given = now}).second) return;
  order_.push_back(job_id);
  while (order_.size() > kMax) {
    entries_.erase(order_.front());
    order_.pop_front();
  }
}

void ForecastBook::Saw(const Job& job) {
  std::optional<Forecast> forecast;
  {
    MutexLock lock(mutex_);
    const auto found = entries_.find(job.id);
    if (found == entries_.end()) return;
    const bool started = job.started_at && *job.started_at >= found->second.given;
    if (!started && !IsFinal(job.status)) return;
    if (started) forecast = found->second.forecast;
    entries_.erase(found);
  }
  if (!forecast) return;
  meter_.Started(*job.started_at - forecast->p50, *job.started_at > forecast->p90);
}

std::size_t ForecastBook::size() const {
  MutexLock lock(mutex_);
  return entries_.size();
}

}  // namespace furnace::scheduler
