#include "services/metering/storage/postgres/throttle_store.h"

#include "libs/common/base/status.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {

absl::StatusOr<std::vector<SinkProject>> PostgresThrottleStore::Projects(bool same_project_ids,
                                                                         absl::Time since) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectProjectsToAskAbout, {kWaybillSink, same_project_ids ? "true" : "false",
                                                  std::to_string(absl::ToUnixMicros(since)),
                                                  std::to_string(kMaxThrottledProjects)}));
  std::vector<SinkProject> projects;
  for (int row = 0; row < rows.size(); ++row) {
    projects.push_back(
        {kWaybillSink, std::string(rows.Text(row, 0)), std::string(rows.Text(row, 1))});
  }
  return projects;
}

absl::Status PostgresThrottleStore::Set(const Throttle& throttle) {
  return pool_
      .Exec(sql::kUpsertThrottle, {throttle.project_id, throttle.reason, throttle.env_scope})
      .status();
}

absl::Status PostgresThrottleStore::Clear(const std::string& project_id) {
  return pool_.Exec(sql::kDeleteThrottle, {project_id}).status();
}

absl::StatusOr<std::vector<Throttle>> PostgresThrottleStore::List() {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectThrottles, {std::to_string(kMaxThrottledProjects)}));
  std::vector<Throttle> throttles;
  for (int row = 0; row < rows.size(); ++row) {
    throttles.push_back({.project_id = std::string(rows.Text(row, 0)),
                         .reason = std::string(rows.Text(row, 1)),
                         .env_scope = std::string(rows.Text(row, 2)),
                         .since = absl::FromUnixMicros(rows.Int(row, 3))});
  }
  return throttles;
}

}  // namespace furnace::metering
