#pragma once

#include "services/metering/app/report_ports.h"
#include "tests/support/metering_memory_store.h"

namespace furnace::metering {

/// Reports from the bills themselves.
class MemoryReportStore final : public ReportStore {
 public:
  explicit MemoryReportStore(MemoryUsageStore& usage) : usage_(usage) {}

  absl::StatusOr<CostPage> Costs(const CostQuery& query, std::int64_t offset, int limit) override;
  absl::StatusOr<std::vector<Durations>> DurationsOf(const std::string& project_id,
                                                     const std::string& endpoint_id,
                                                     std::int64_t since_us) override;

 private:
  MemoryUsageStore& usage_;
};

}  // namespace furnace::metering
