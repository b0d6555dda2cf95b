#include "services/scheduler/app/admission.h"

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {

void Admission::View::Add(const std::string& project_id, const QueueLoad& load) {
  suite += load;
  projects[project_id] += load;
}

QueueLoad Admission::View::Of(const std::string& project_id) const {
  const auto found = projects.find(project_id);
  return found == projects.end() ? QueueLoad{} : found->second;
}

absl::Status Admission::Admit(const std::string& project_id, const QueueLoad& asked) {
  const AdmissionLimits limits =
      quotas_ == nullptr ? limits_ : WithQuota(limits_, quotas_->Of(project_id).max_queued_jobs);
  if (!limits.any()) return absl::OkStatus();
  MutexLock lock(mutex_);
  QueueLoad suite = seen_.suite;
  QueueLoad project = seen_.Of(project_id);
  suite += admitted_.suite;
  project += admitted_.Of(project_id);
  FURNACE_RETURN_IF_ERROR(CheckAdmission(limits, suite, project, asked));
  admitted_.Add(project_id, asked);
  return absl::OkStatus();
}

absl::Status Admission::Refresh() {
  if (!limits_.any() && (quotas_ == nullptr || !quotas_->LimitQueues())) return absl::OkStatus();
  {
    MutexLock lock(mutex_);
    for (const auto& [project_id, load] : admitted_.projects) seen_.Add(project_id, load);
    admitted_ = {};
  }
  FURNACE_ASSIGN_OR_RETURN(View now, Look());
  MutexLock lock(mutex_);
  seen_ = std::move(now);
  return absl::OkStatus();
}

absl::StatusOr<Admission::View> Admission::Look() {
  std::map<std::string, std::string> projects;  // By endpoint.
  std::vector<std::string> ids;
  for (const EndpointPtr& endpoint : catalog_.All()) {
    projects[endpoint->id] = endpoint->project_id;
    ids.push_back(endpoint->id);
  }
  FURNACE_ASSIGN_OR_RETURN(const auto loads, loads_.Of(ids));
  View view;
  for (const auto& [endpoint_id, load] : loads) view.Add(projects[endpoint_id], load);
  return view;
}

}  // namespace furnace::scheduler
