#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/ports.h"
#include "services/metering/domain/usage_query.h"

namespace furnace::metering {

/// Most groups that a report has.
inline constexpr int kMaxUsageRows = 10'000;

/// Sums by group, and over all of them.
struct UsageReport {
  std::vector<UsageRow> rows;
  UsageSums total;
};

/// Answers what was used and what it costs. Thread-safe.
class UsageReader {
 public:
  UsageReader(UsageStore& usage, PriceStore& prices, const Clock& clock)
      : usage_(usage), prices_(prices), clock_(clock) {}

  /// The report on `query`, whose period is set from `start_us` and `end_us` as
  /// PeriodOf does.
  ///
  /// Errors: INVALID_ARGUMENT, those of PeriodOf, or more than kMaxUsageRows groups;
  /// those of the store.
  absl::StatusOr<UsageReport> Report(UsageQuery query, std::optional<std::int64_t> start_us,
                                     std::optional<std::int64_t> end_us);

  /// Errors: those of the store.
  absl::StatusOr<std::vector<LedgerLine>> ListLines(const LedgerQuery& query);

  /// The prices in force now: the general ones and those of the project, see PriceList.
  struct PricesNow {
    std::vector<Price> lines;
    std::int64_t version = 0;  // Of the list.
  };

  /// Errors: those of the store.
  absl::StatusOr<PricesNow> ListPrices(std::string_view project_id);

 private:
  UsageStore& usage_;
  PriceStore& prices_;
  const Clock& clock_;
};

}  // namespace furnace::metering
