#include "services/scheduler/storage/postgres/payload_store.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/storage/postgres/sql.h"

namespace furnace::scheduler {
namespace {

// Inputs lie under an epoch that no attempt has.
constexpr int kInputEpoch = 0;

}  // namespace

absl::Status PostgresPayloadStore::SaveInputs(const std::vector<Input>& inputs) {
  std::vector<postgres::Param> ids;
  std::vector<postgres::Param> epochs;
  std::vector<postgres::Param> bodies;
  for (const Input& input : inputs) {
    ids.emplace_back(input.job_id);
    epochs.emplace_back(std::to_string(kInputEpoch));
    bodies.emplace_back(input.body);
  }
  return pool_
      .Exec(sql::kInsertPayloads, {postgres::ArrayLiteral(ids), postgres::ArrayLiteral(epochs),
                                   postgres::ArrayLiteral(bodies)})
      .status();
}

absl::Status PostgresPayloadStore::DeleteInputs(const std::vector<std::string>& job_ids) {
  return pool_.Exec(sql::kDeleteInputs, {postgres::ArrayLiteral({job_ids.begin(), job_ids.end()})})
      .status();
}

// No array, and moved: the body may be large.
absl::Status PostgresPayloadStore::SaveOutput(const LeaseId& lease, std::string body) {
  std::vector<postgres::Param> params = {lease.job_id, std::to_string(lease.epoch)};
  params.emplace_back(std::move(body));
  return pool_.Exec(sql::kInsertOutput, params).status();
}

absl::StatusOr<std::string> PostgresPayloadStore::LoadInput(const std::string& job_id) {
  return Load(job_id, kInputEpoch, kAnyBytes);
}

absl::StatusOr<std::string> PostgresPayloadStore::LoadOutput(const LeaseId& lease,
                                                             std::size_t max_bytes) {
  return Load(lease.job_id, lease.epoch, max_bytes);
}

absl::StatusOr<std::string> PostgresPayloadStore::Load(const std::string& job_id, int epoch,
                                                       std::size_t max_bytes) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectPayload, {job_id, std::to_string(epoch), std::to_string(max_bytes)}));
  if (rows.empty()) {
    return Error(absl::StatusCode::kNotFound, "no payload of job {} under epoch {}", job_id, epoch);
  }
  if (rows.IsNull(0, 0)) {
    return Error(absl::StatusCode::kOutOfRange, "the output of job {} has more than {} bytes",
                 job_id, max_bytes);
  }
  return std::string(rows.Text(0, 0));
}

}  // namespace furnace::scheduler
