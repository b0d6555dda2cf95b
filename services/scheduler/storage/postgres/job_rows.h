// Jobs as rows of scheduler.furnace_jobs.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/postgres/connection.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// The parameters of upsert_jobs.sql for these jobs.
std::vector<postgres::Param> UpsertParams(const std::vector<JobRecord>& jobs);

/// The job in the first columns of a row of select_job.sql or list_jobs.sql.
absl::StatusOr<Job> JobFromRow(const postgres::Rows& rows, int row);

/// How many columns JobFromRow reads.
inline constexpr int kJobColumns = 40;

}  // namespace furnace::scheduler
