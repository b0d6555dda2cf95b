#include "services/scheduler/app/redriver.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/app/await.h"

namespace furnace::scheduler {
namespace {

// Jobs in one run of the purge, which stops the queue for as long as it takes; and
// runs of a call, more than an endpoint may have jobs for.
constexpr int kPurgedAtOnce = 500;
constexpr int kMaxPurges = 4'000;

}  // namespace

absl::StatusOr<std::vector<bool>> Redriver::Queue(const Endpoint& endpoint,
                                                  std::vector<JobRecord> jobs) {
  return Await<std::vector<bool>>([&](Done<std::vector<bool>> done) {
    queue_.Redrive({.endpoint_id = endpoint.id,
                    .head_start = endpoint.queue.head_start,
                    .ttl = endpoint.queue.ttl,
                    .jobs = std::move(jobs)},
                   std::move(done));
  });
}

absl::Status Redriver::Redrive(const std::string& job_id, const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(JobRecord record, reader_.Find(job_id, project_id, /*with_input=*/true));
  // The state machine has the say; the queue only says it again if the job moves on
  // in between.
  FURNACE_RETURN_IF_ERROR(
      scheduler::Redrive(record.job, absl::ZeroDuration(), record.job.queued_at).status());
  const absl::StatusOr<EndpointPtr> endpoint = catalog_.FindFor(project_id, record.job.endpoint_id);
  if (absl::IsNotFound(endpoint.status())) {
    return Error(absl::StatusCode::kFailedPrecondition, "job {}: its endpoint is deleted", job_id);
  }
  FURNACE_RETURN_IF_ERROR(endpoint.status());
  std::vector<JobRecord> jobs;
  jobs.push_back(std::move(record));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<bool> queued, Queue(**endpoint, std::move(jobs)));
  if (queued == std::vector{true}) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "job {} has moved on", job_id);
}

absl::StatusOr<Redriven> Redriver::RedriveAll(const std::string& endpoint_id,
                                              const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const EndpointPtr endpoint, catalog_.FindFor(project_id, endpoint_id));
  FURNACE_ASSIGN_OR_RETURN(std::vector<Job> dead, history_.List({.project_id = project_id,
                                                                 .endpoint_id = endpoint_id,
                                                                 .status = JobStatus::kFailed,
                                                                 .before_id = {},
                                                                 .limit = kMaxRedriven + 1}));
  Redriven redriven{.jobs = 0, .more = dead.size() > kMaxRedriven};
  if (redriven.more) dead.pop_back();
  std::vector<JobRecord> records;
  for (const Job& job : dead) {
    FURNACE_ASSIGN_OR_RETURN(JobRecord record,
                             reader_.Find(job.id, project_id, /*with_input=*/true));
    if (record.job.status == JobStatus::kFailed) records.push_back(std::move(record));
  }
  if (records.empty()) return redriven;
  FURNACE_ASSIGN_OR_RETURN(const std::vector<bool> queued, Queue(*endpoint, std::move(records)));
  redriven.jobs = static_cast<int>(std::count(queued.begin(), queued.end(), true));
  return redriven;
}

absl::StatusOr<int> Redriver::Purge(const std::string& endpoint_id, const std::string& project_id) {
  FURNACE_RETURN_IF_ERROR(catalog_.FindFor(project_id, endpoint_id).status());
  int purged = 0;
  for (int i = 0; i < kMaxPurges; ++i) {
    FURNACE_ASSIGN_OR_RETURN(const int more, Await<int>([&](Done<int> done) {
                               queue_.Purge(endpoint_id, kPurgedAtOnce, std::move(done));
                             }));
    if (more == 0) break;
    purged += more;
  }
  return purged;
}

}  // namespace furnace::scheduler
