#include "services/scheduler/storage/postgres/expired_jobs.h"

#include "absl/strings/str_split.h"
#include "libs/common/base/status.h"
#include "services/scheduler/storage/postgres/sql.h"

namespace furnace::scheduler {
namespace {

std::string Ids(const std::vector<std::string>& ids) {
  return postgres::ArrayLiteral({ids.begin(), ids.end()});
}

std::vector<postgres::Param> Params(const ExpiredJobs::Shards& shards, int limit) {
  std::vector<postgres::Param> numbers;
  for (const int shard : shards.numbers) numbers.emplace_back(std::to_string(shard));
  return {std::to_string(limit), postgres::ArrayLiteral(numbers), std::to_string(shards.of)};
}

}  // namespace

absl::StatusOr<std::vector<ExpiredBatch>> PostgresExpiredJobs::ListBatches(const Shards& shards,
                                                                           int limit) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kListExpiredBatches, Params(shards, limit)));
  std::vector<ExpiredBatch> batches;
  for (int row = 0; row < rows.size(); ++row) {
    ExpiredBatch& batch = batches.emplace_back();
    batch.id = rows.Text(row, 0);
    batch.job_ids = absl::StrSplit(ToAbsl(rows.Text(row, 1)), ' ', absl::SkipEmpty());
  }
  return batches;
}

absl::Status PostgresExpiredJobs::DeleteBatches(const std::vector<std::string>& ids) {
  return pool_.Exec(sql::kDeleteExpiredBatches, {Ids(ids)}).status();
}

absl::StatusOr<std::vector<std::string>> PostgresExpiredJobs::List(const Shards& shards,
                                                                   int limit) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kListExpiredJobs, Params(shards, limit)));
  std::vector<std::string> ids;
  for (int row = 0; row < rows.size(); ++row) ids.emplace_back(rows.Text(row, 0));
  return ids;
}

absl::StatusOr<int> PostgresExpiredJobs::Delete(const std::vector<std::string>& ids) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows,
                           pool_.Exec(sql::kDeleteExpiredJobs, {Ids(ids)}));
  return static_cast<int>(rows.Int(0, 0));
}

}  // namespace furnace::scheduler
