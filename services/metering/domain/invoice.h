#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/metering/domain/charge.h"
#include "services/metering/domain/ledger.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

/// Where a project's ledger is cut by an invoice: it and those before it have all that
/// transactions up to `transaction` book for times before `end_us`, and nothing else.
///
/// Both rise from invoice to invoice, so that what one cut has and the one before it has not
/// is in exactly one invoice.
struct InvoiceCut {
  std::int64_t transaction = 0;
  std::int64_t end_us = 0;
  /// No transaction before this one has anything that is not before the cut.
  std::int64_t open_from = 1;

  friend bool operator==(const InvoiceCut&, const InvoiceCut&) = default;
};

/// Where on an invoice a line stands, in this order.
enum class LineSection {
  kUsage,       // Used in the invoice's period.
  kLate,        // Used before it, and booked after the invoice that was for then.
  kCorrection,  // No usage: what a correction has booked.
  kAdjustment,  // What agreements about the whole period change.
};

/// A line of an invoice: one thing at one price.
struct InvoiceLine {
  LineSection section = LineSection::kUsage;
  std::string kind = {};         // The name of an EntryKind or an AdjustmentKind.
  std::string endpoint_id = {};  // Empty where it is about none,
  std::string gpu_type = {};     // and so is this.
  std::string reference = {};    // Of an adjustment: id of the term, policy or grant.
  std::string description = {};  // Of an adjustment, for people.
  std::optional<std::int64_t> price_nanos = {};  // A unit; nullopt for what has no price.
  Int128 quantity = 0;                           // In the kind's unit: see Entry.
  Span used = {};                 // From the first to the last use; of others, the period.
  AttoUsd amount = {};            // Exact.
  std::int64_t amount_nanos = 0;  // What is owed for it: `amount` rounded half to even.

  friend bool operator==(const InvoiceLine&, const InvoiceLine&) = default;
};

/// What a project owes for a period. A draft has no id and no number.
struct Invoice {
  std::string id = {};
  std::string project_id = {};
  std::int64_t number = 0;  // From 1, without gaps, in the order of the periods.
  Span period = {};
  std::int64_t made_us = 0;  // When it became final; of a draft, when it was made.
  std::string issuer = {};
  InvoiceCut cut = {};
  Hash ledger_hash = {};  // Of the project's chain after cut.transaction.
  std::vector<InvoiceLine> lines = {};
  std::int64_t charges_nanos = 0;      // Lines of all sections but the last.
  std::int64_t adjustments_nanos = 0;  // Lines of the last section.
  std::int64_t total_nanos = 0;        // All lines.
  std::int64_t due_cents = 0;          // The total, rounded half to even.

  friend bool operator==(const Invoice&, const Invoice&) = default;
};

inline constexpr std::int64_t kNanosPerCent = 10'000'000;

/// Rounds each line once and sums the lines up. OUT_OF_RANGE when an amount does not fit.
absl::Status Settle(Invoice& invoice);

/// The line that shows `adjustment` of a period.
InvoiceLine LineOf(const Adjustment& adjustment, Span period);

/// The id of a project's invoice: the same for the same number, for ever.
std::string InvoiceIdOf(const std::string& project_id, std::int64_t number);

std::string_view NameOf(LineSection section);
std::string_view NameOf(AdjustmentKind kind);

/// INTERNAL for a name that this build does not know.
absl::StatusOr<LineSection> ParseLineSection(std::string_view name);

}  // namespace furnace::metering
