#include "services/worker/domain/held_jobs.h"

#include <algorithm>
#include <utility>

namespace furnace::worker {

void HeldJobs::Add(const LeaseId& lease, absl::Time now) {
  HeldJob job;
  job.lease = lease;
  job.handed_out = now;
  jobs_.insert_or_assign(lease.job_id, job);
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

bool HeldJobs::has_live() const {
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [](const auto& entry) { return !entry.second.abandoned; });
}

bool HeldJobs::has_abandoned() const {
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [](const auto& entry) { return entry.second.abandoned; });
}

std::vector<std::string> HeldJobs::TakeStopOrders() {
  std::vector<std::string> ids;
  for (auto& [id, job] : jobs_) {
    if (job.abandoned && !std::exchange(job.told_to_stop, true)) ids.push_back(id);
  }
  return ids;
}

std::vector<HeldJob> HeldJobs::LostByPing(const std::vector<std::string>& job_ids, absl::Time now) {
  Jobs lost;
  for (auto& [id, job] : jobs_) {
    if (std::find(job_ids.begin(), job_ids.end(), id) != job_ids.end()) {
      job.missed_pings = 0;
      pings_name_jobs_ = true;
    } else if (pings_name_jobs_ && now - job.handed_out >= kPingLag &&
               ++job.missed_pings >= kMissedPingsMax) {
      lost.emplace(id, job);
    }
  }
  return Drop(lost);
}

std::vector<HeldJob> HeldJobs::Drop(const Jobs& jobs) {
  std::vector<HeldJob> dropped;
  for (const auto& [id, job] : jobs) dropped.push_back(job);
  for (const HeldJob& job : dropped) jobs_.erase(job.lease.job_id);
  return dropped;
}

}  // namespace furnace::worker
