#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/app/adjuster.h"
#include "services/metering/app/credit_ports.h"

namespace furnace::metering {

/// What a period comes to as it stands.
struct PeriodPreview {
  Span period = {};
  std::vector<Charge> charges = {};
  std::vector<Adjustment> adjustments = {};  // In the order of the adjusters.
};

/// The period from `start_us`, by default the first of `now_us`'s UTC month, to `end_us`, by
/// default the first of the UTC month after the start. INVALID_ARGUMENT unless it is of whole
/// UTC hours from 2020 on, not empty and at most 400 days long.
absl::StatusOr<Span> WholePeriod(std::optional<std::int64_t> start_us,
                                 std::optional<std::int64_t> end_us, std::int64_t now_us);

/// The exact sum of charges and adjustments. OUT_OF_RANGE when it has more than 38 digits.
absl::StatusOr<AttoUsd> SumOf(const std::vector<Charge>& charges);
absl::StatusOr<AttoUsd> SumOf(const std::vector<Adjustment>& adjustments);

/// Looks ahead to what a period will cost. Thread-safe.
class PeriodPreviewer {
 public:
  /// The adjusters are asked in their order.
  PeriodPreviewer(ChargeSource& charges, std::vector<Adjuster*> adjusters)
      : charges_(charges), adjusters_(std::move(adjusters)) {}

  absl::StatusOr<PeriodPreview> Preview(const std::string& project_id, Span period);

 private:
  ChargeSource& charges_;
  const std::vector<Adjuster*> adjusters_;
};

}  // namespace furnace::metering
