// Agreements about what a whole month costs: volume tiers, packages, free allowances and a
// minimum. Everything here is exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/metering/domain/charge.h"
#include "services/metering/domain/pricing.h"

namespace furnace::metering {

inline constexpr std::size_t kMaxTiers = 20;
/// The most units that a term speaks of: 30,000 years of a GPU.
inline constexpr std::int64_t kMaxTermQuantity = 1'000'000'000'000;
/// The highest minimum and price of a package: 1,000,000 USD.
inline constexpr std::int64_t kMaxTermNanos = 1'000'000'000'000'000;
inline constexpr std::size_t kMaxTermDescription = 256;

/// What a term does.
enum class TermKind {
  kGraduated,  // Each tier's units cost that tier's price.
  kVolume,     // All units cost the price of the tier that the last one is in.
  kPackage,    // Units are sold by the package, begun ones whole.
  kAllowance,  // The dearest units up to a quantity are free.
  kMinimum,    // The month costs at least so much.
};

/// Units after the first `from` of the month, up to the next tier.
struct Tier {
  std::int64_t from = 0;
  std::int64_t nanos = 0;  // A unit.

  friend bool operator==(const Tier&, const Tier&) = default;
};

/// An agreement. Its units are GPU-seconds, always-on ones among them, invocations, or
/// GB-months; tiers and packages take the place of what these cost by the price list.
struct Term {
  std::int64_t id = 0;
  TermKind kind = TermKind::kAllowance;
  PriceUnit unit = PriceUnit::kGpuSecond;     // Of a minimum, of no meaning.
  std::string gpu_type = {};                  // Empty: all.
  std::string project_id = {};                // Empty: all projects.
  std::int64_t quantity = 0;                  // Units of the allowance, or of one package.
  std::int64_t nanos = 0;                     // Price of a package; the minimum.
  std::vector<Tier> tiers = {};               // By rising `from`, the first from 0.
  std::int64_t from_us = 0;                   // First of the UTC month it goes for first.
  std::optional<std::int64_t> until_us = {};  // First of the month it goes no more for.
  std::string description = {};

  friend bool operator==(const Term&, const Term&) = default;
};

/// INVALID_ARGUMENT, naming the field, for a malformed term; FAILED_PRECONDITION for one that
/// would go for a month before the present one.
absl::Status CheckTerm(const Term& term, std::int64_t now_us);

/// Those of `terms` that go for the project in the month from `month_us` on: of each kind, unit
/// and GPU type one, the project's own before the general one, and of two such the newer.
/// Tiers and packages are of one kind. Sorted: allowances, tiers and packages, minimum; with a
/// GPU type first.
std::vector<Term> TermsInForce(std::vector<Term> terms, const std::string& project_id,
                               std::int64_t month_us);

/// What `terms`, which are in force, change of a month that has these charges, credits among
/// them. `with_minimum` is for months that are over.
///
/// Allowances take from what there is, the dearest first. What is left of a unit and GPU type is
/// rated by the first tiers or package that fits, as a whole. Errors: OUT_OF_RANGE for amounts
/// of more than 38 digits.
absl::StatusOr<std::vector<Adjustment>> ApplyTerms(const std::vector<Term>& terms,
                                                   std::span<const Charge> charges,
                                                   bool with_minimum);

}  // namespace furnace::metering
