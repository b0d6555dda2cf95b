#include "services/metering/app/usage_reader.h"

#include "absl/time/time.h"
#include "libs/common/base/status.h"

namespace furnace::metering {

absl::StatusOr<UsageReport> UsageReader::Report(UsageQuery query,
                                                std::optional<std::int64_t> start_us,
                                                std::optional<std::int64_t> end_us) {
  const std::int64_t now_us = absl::ToUnixMicros(clock_.Now());
  FURNACE_ASSIGN_OR_RETURN(query.period, PeriodOf(start_us, end_us, now_us));

  UsageReport report;
  FURNACE_ASSIGN_OR_RETURN(report.rows, usage_.Sum(query, kMaxUsageRows + 1));
  if (report.rows.size() > kMaxUsageRows) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "group_by: more than {} groups; ask for a shorter period or fewer groups",
                 kMaxUsageRows);
  }
  for (const UsageRow& row : report.rows) {
    FURNACE_ASSIGN_OR_RETURN(report.total, Add(report.total, row.sums));
  }
  return report;
}

absl::StatusOr<std::vector<LedgerLine>> UsageReader::ListLines(const LedgerQuery& query) {
  return usage_.ListLines(query);
}

absl::StatusOr<UsageReader::PricesNow> UsageReader::ListPrices(std::string_view project_id) {
  FURNACE_ASSIGN_OR_RETURN(const PriceList prices, prices_.Load());
  return PricesNow{.lines = prices.InForce(absl::ToUnixMicros(clock_.Now()), project_id),
                   .version = prices.version()};
}

}  // namespace furnace::metering
