#include "services/worker/domain/held_jobs.h"

#include <algorithm>
#include <utility>

namespace furnace::worker {

void HeldJobs::Add(const LeaseId& lease, std::optional<absl::Time> begun) {
  HeldJob job;
  job.lease = lease;
  job.number = ++handed_out_;
  job.begun = begun;
  jobs_.insert_or_assign(lease.job_id, job);
}

std::optional<LeaseId> HeldJobs::BeginNext(absl::Time now) {
  HeldJob* next = nullptr;
  for (auto& [id, job] : jobs_) {
    if (job.begun) return std::nullopt;
    if (next == nullptr || job.number < next->number) next = &job;
  }
  if (next == nullptr || next->unwanted) return std::nullopt;
  next->begun = now;
  return next->lease;
}

std::vector<HeldJob> HeldJobs::LostBefore(std::string_view job_id, absl::Time now) {
  const HeldJob* job = Find(job_id);
  if (job == nullptr || job->begun) return {};
  Jobs lost;
  for (auto& [id, other] : jobs_) {
    if (other.number >= job->number) continue;
    other.begun = other.begun.value_or(now);
    lost.emplace(id, other);
  }
  return Drop(lost);
}

const HeldJob* HeldJobs::Find(std::string_view job_id) const {
  const auto found = jobs_.find(job_id);
  return found == jobs_.end() ? nullptr : &found->second;
}

bool HeldJobs::HasLease(const LeaseId& lease) const {
  const HeldJob* job = Find(lease.job_id);
  return job != nullptr && job->lease == lease;
}

std::optional<HeldJob> HeldJobs::Remove(std::string_view job_id) {
  const auto found = jobs_.find(job_id);
  if (found == jobs_.end()) return std::nullopt;
  HeldJob job = found->second;
  jobs_.erase(found);
  return job;
}

std::vector<HeldJob> HeldJobs::RemoveAll() {
  pings_name_jobs_ = false;
  return Drop(jobs_);
}

void HeldJobs::Abandon(const LeaseId& lease) {
  if (HasLease(lease)) jobs_.at(lease.job_id).abandoned = true;
}

std::vector<LeaseId> HeldJobs::Recall() {
  std::vector<LeaseId> recalled;
  for (auto& [id, job] : jobs_) {
    if (job.begun || std::exchange(job.unwanted, true)) continue;
    if (!std::exchange(job.abandoned, true)) recalled.push_back(job.lease);
  }
  return recalled;
}

std::optional<absl::Time> HeldJobs::begun_since() const {
  std::optional<absl::Time> since;
  for (const auto& [id, job] : jobs_) {
    if (job.begun) since = std::min(since.value_or(*job.begun), *job.begun);
  }
  return since;
}

bool HeldJobs::has_unbegun() const {
  return std::any_of(jobs_.begin(), jobs_.end(), [](const auto& entry) {
    return !entry.second.begun && !entry.second.unwanted;
  });
}

bool HeldJobs::has_live() const {
  return std::any_of(jobs_.begin(), jobs_.end(), [](const auto& entry) {
    return entry.second.begun && !entry.second.abandoned;
  });
}

bool HeldJobs::has_abandoned() const {
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [](const auto& entry) { return entry.second.abandoned; });
}

bool HeldJobs::has_unwanted() const {
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [](const auto& entry) { return entry.second.unwanted; });
}

std::vector<std::string> HeldJobs::TakeStopOrders(absl::Time now) {
  std::vector<std::string> ids;
  for (auto& [id, job] : jobs_) {
    if (!job.begun || !job.abandoned || job.told_to_stop) continue;
    job.told_to_stop = now;
    ids.push_back(id);
  }
  return ids;
}

absl::Time HeldJobs::first_stop_order() const {
  absl::Time first = absl::InfiniteFuture();
  for (const auto& [id, job] : jobs_) first = std::min(first, job.told_to_stop.value_or(first));
  return first;
}

void HeldJobs::DropStopped() {
  std::erase_if(jobs_, [](const auto& entry) { return entry.second.told_to_stop.has_value(); });
}

std::vector<HeldJob> HeldJobs::LostByPing(const std::vector<std::string>& job_ids, absl::Time now) {
  Jobs lost;
  for (auto& [id, job] : jobs_) {
    if (std::find(job_ids.begin(), job_ids.end(), id) != job_ids.end()) {
      job.missed_pings = 0;
      pings_name_jobs_ = true;
    } else if (pings_name_jobs_ && job.begun && now - *job.begun >= kPingLag) {
      const bool stopped = job.told_to_stop && now > *job.told_to_stop;
      if (++job.missed_pings >= kMissedPingsMax || stopped) lost.emplace(id, job);
    }
  }
  return Drop(lost);
}

std::vector<HeldJob> HeldJobs::Drop(const Jobs& jobs) {
  std::vector<HeldJob> dropped;
  for (const auto& [id, job] : jobs) dropped.push_back(job);
  for (const HeldJob& job : dropped) jobs_.erase(job.lease.job_id);
  std::sort(dropped.begin(), dropped.end(),
            [](const HeldJob& a, const HeldJob& b) { return a.number < b.number; });
  return dropped;
}

}  // namespace furnace::worker
