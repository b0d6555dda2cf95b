#include "services/scheduler/app/job_reader.h"

#include <optional>

#include "libs/common/base/status.h"
#include "services/scheduler/app/await.h"

namespace furnace::scheduler {

absl::StatusOr<JobRecord> JobReader::FindAny(const std::string& job_id,
                                             const std::string& project_id, bool with_input) {
  FURNACE_ASSIGN_OR_RETURN(
      std::optional<JobRecord> live,
      Await<std::optional<JobRecord>>([&](Done<std::optional<JobRecord>> done) {
        queue_.Find(job_id, {.input = with_input}, std::move(done));
      }));
  if (!live) return history_.Get(job_id, project_id);
  if (live->job.project_id == project_id) return *std::move(live);
  return Error(absl::StatusCode::kNotFound, "no job {}", job_id);
}

absl::StatusOr<JobRecord> JobReader::Find(const std::string& job_id, const std::string& project_id,
                                          bool with_input) {
  FURNACE_ASSIGN_OR_RETURN(JobRecord record, FindAny(job_id, project_id, with_input));
  if (record.is_past) return Error(absl::StatusCode::kNotFound, "no job {}", job_id);
  return record;
}

absl::StatusOr<JobRecord> JobReader::Get(const std::string& job_id, const std::string& project_id,
                                         bool with_input, bool with_output) {
  FURNACE_ASSIGN_OR_RETURN(JobRecord record, Find(job_id, project_id, with_input));
  if (with_output) {
    FURNACE_RETURN_IF_ERROR(LoadOutput(record.job));
  } else {
    record.job.output.reset();
  }
  if (with_input) {
    FURNACE_RETURN_IF_ERROR(LoadInput(record.job));
  } else {
    record.job.input.reset();
  }
  return record;
}

absl::StatusOr<JobRecord> JobReader::GetParent(const std::string& job_id,
                                               const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(JobRecord record, FindAny(job_id, project_id, /*with_input=*/false));
  FURNACE_RETURN_IF_ERROR(LoadOutput(record.job));
  return record;
}

absl::Status JobReader::LoadOutput(Job& job, std::size_t max_bytes) {
  if (!job.output_stored || job.output) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(
      job.output, payloads_.LoadOutput({.job_id = job.id, .epoch = job.attempt}, max_bytes));
  return absl::OkStatus();
}

absl::Status JobReader::LoadInput(Job& job) {
  if (!job.input_stored || job.input) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(job.input, payloads_.LoadInput(job.id));
  return absl::OkStatus();
}

}  // namespace furnace::scheduler
