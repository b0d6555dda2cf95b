#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/domain/charge.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

/// What is known of a period when it is adjusted.
struct PeriodCharges {
  std::string project_id;
  Span period = {};  // Whole UTC hours; [start, end).
  std::span<const Charge> charges = {};
  std::span<const Adjustment> adjustments = {};  // Of the adjusters before.
};

/// A kind of agreement about whole periods: terms of the price list, subsidies, prepaid credits.
/// Asked in this order. The same charges and the same agreements give the same adjustments, so
/// that an invoice can be made anew. Thread-safe.
class Adjuster {
 public:
  virtual ~Adjuster() = default;

  virtual absl::StatusOr<std::vector<Adjustment>> Adjust(const PeriodCharges& charges) = 0;
};

}  // namespace furnace::metering
