#pragma once

#include "libs/common/postgres/pool.h"
#include "services/metering/app/report_ports.h"

namespace furnace::metering {

/// Reads usage_hourly, and usage_records for what that does not know.
class PostgresReportStore final : public ReportStore {
 public:
  explicit PostgresReportStore(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<CostPage> Costs(const CostQuery& query, std::int64_t offset, int limit) override;
  absl::StatusOr<std::vector<Durations>> DurationsOf(const std::string& project_id,
                                                     const std::string& endpoint_id,
                                                     std::int64_t since_us) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::metering
