#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "services/metering/domain/billing.h"
#include "services/metering/domain/money.h"

namespace furnace::metering {

/// What a project is charged in a period for one thing at one price, as the ledger has it: what
/// agreements about the whole period change is told in adjustments.
struct Charge {
  EntryKind kind = EntryKind::kGpuTime;  // Not kBalance.
  std::string endpoint_id = {};
  std::string gpu_type = {};                     // Empty for what has none.
  std::optional<std::int64_t> price_nanos = {};  // A unit; nullopt for what has no price.
  Int128 quantity = 0;                           // In the kind's unit: see Entry.
  AttoUsd amount = {};                           // Negative for what is taken back.

  friend bool operator==(const Charge&, const Charge&) = default;
};

/// Why a period costs something else than its charges.
enum class AdjustmentKind {
  kVolumeTier,  // Another price from some quantity on.
  kPackage,     // Sold by the whole package.
  kAllowance,   // A quantity that is free.
  kMinimum,     // What is charged at least.
  kSubsidy,     // A policy pays.
  kCredit,      // A grant pays.
};

/// One change of what a period's charges come to.
struct Adjustment {
  AdjustmentKind kind = AdjustmentKind::kCredit;
  std::string reference = {};    // Id of the term, policy or grant.
  std::string description = {};  // For people.
  std::string endpoint_id = {};  // What it is about; empty: everything.
  std::string gpu_type = {};     // As well.
  Int128 quantity = 0;           // What it is about, in the unit of what it changes; 0: money.
  AttoUsd amount = {};           // Negative when it lowers what is owed.

  friend bool operator==(const Adjustment&, const Adjustment&) = default;
};

}  // namespace furnace::metering
