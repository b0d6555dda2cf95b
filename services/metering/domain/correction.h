// What is entered into a ledger besides usage: corrections, and usage that is rated again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/metering/domain/billing.h"
#include "services/metering/domain/pricing.h"

namespace furnace::metering {

/// The most that a correction adds or takes off: 1,000,000 USD.
inline constexpr std::int64_t kMaxCorrectionNanos = 1'000'000'000'000'000;
inline constexpr std::size_t kMaxNoteLength = 256;
inline constexpr std::size_t kMaxReferenceLength = 128;

/// An amount that somebody decided on. It is part of what the period owes in which it is booked.
struct Correction {
  std::string id;  // UUID that the caller chose: the same one is booked once.
  std::string project_id;
  RecordKey key = {};            // The record it is about; without job_id: none.
  std::string endpoint_id = {};  // Empty: none.
  std::string gpu_type = {};     // Empty: none.
  AttoUsd amount = {};           // Negative: given back.
  std::string note = {};         // Why, for people.
  std::string reference = {};    // Of a ticket or the like.

  friend bool operator==(const Correction&, const Correction&) = default;
};

/// INVALID_ARGUMENT, naming the field, for a malformed correction. An amount of 0 stands for
/// taking a record back, and needs one.
absl::Status CheckCorrection(const Correction& correction);

/// The prices that a record is rated at: one for each of its UTC hours.
struct Rating {
  std::vector<std::optional<std::int64_t>> prices;
  std::optional<std::int64_t> invocation_nanos = {};

  friend bool operator==(const Rating&, const Rating&) = default;
};

Rating RatingOf(const Bill& bill);

/// `bill`'s rating with the prices that are in force at `now_us` for its hours in `period`, which
/// are whole, and for its invocation, when it ended in there.
Rating RateAgain(const Bill& bill, const PriceList& prices, Span period, std::int64_t now_us);

/// A record that is rated again.
struct Rerating {
  UsageRecord record;
  Rating before;
  Rating after;
};

/// One leaf of a transaction that is no usage record, with what it books: zero in all.
struct Posting {
  std::string text;    // Canonical.
  RecordKey key = {};  // See Correction.
  std::string endpoint_id = {};
  std::string gpu_type = {};
  std::vector<Entry> entries = {};
};

Posting PostingOf(const Correction& correction);

/// Takes back each line of the record whose price has changed, and charges it anew. Errors:
/// those of RemakeBill.
absl::StatusOr<Posting> PostingOf(const Rerating& rerating);

/// What the customer owes by these entries. OUT_OF_RANGE for more than 38 digits.
absl::StatusOr<AttoUsd> OwedBy(const std::vector<Entry>& entries);

}  // namespace furnace::metering
