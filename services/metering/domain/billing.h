#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/domain/money.h"
#include "services/metering/domain/pricing.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

/// The books every project has. An amount on kCustomer is owed to us; the other
/// two hold what balances it: what we earned and what we gave back.
enum class Account { kCustomer, kRevenue, kCredits };

/// What a line records; kBalance is the other side of a transaction's customer lines.
/// kCovered shows GPU time that is in a worker's lifetime, and costs nothing here. kCorrection is
/// an amount that somebody decided on. Ledgers are sorted by kind: new ones go to the end.
enum class EntryKind {
  kGpuTime,
  kInvocation,
  kStorage,
  kCovered,
  kCredit,
  kBalance,
  kCorrection,
};

/// One line of the ledger: `amount` on `account`.
struct Entry {
  Account account = Account::kCustomer;
  EntryKind kind = EntryKind::kGpuTime;
  AttoUsd amount = {};
  Span span = {};                                // What is charged or taken back.
  std::int64_t gpu_milli_us = 0;                 // 0 for an invocation and for storage.
  Int128 byte_us = 0;                            // Of storage: bytes times microseconds.
  std::optional<std::int64_t> price_nanos = {};  // A unit; nullopt for what has none.
  bool reversed = false;  // Takes such a line back: its quantities are negative.
};

/// A piece of a lease inside one UTC hour, and its price.
struct Segment {
  Span span = {};
  std::optional<std::int64_t> price_nanos = {};  // A unit; nullopt: it has none.
};

/// What one record means for the books.
struct Bill {
  UsageRecord record;
  /// Together exactly the lease.
  std::vector<Segment> segments = {};
  /// Price of the invocation charged; nullopt when none is, or it has no price.
  std::optional<std::int64_t> invocation_nanos = {};
  /// One transaction: sums to zero. Customer lines first. Empty when there is
  /// nothing to enter: a lease of no length that is not an invocation.
  std::vector<Entry> entries = {};
};

/// The bill of a valid `record`.
///
/// An attempt that a handler ended is charged its GPU time and an invocation; when
/// it is covered by its worker's lifetime, the invocation only. What the platform
/// lost is charged and credited each charge in full, for all to see; a refund is the
/// credits alone, for what other records have charged at the same prices. What has no
/// price is entered at 0. OUT_OF_RANGE when the charges have more than 38 digits.
absl::StatusOr<Bill> MakeBill(UsageRecord record, const PriceList& prices);

/// What a record's time and bytes cost a unit at `time_us`, 0 where its worker's lifetime covers
/// them; nullopt when they have no price then.
std::optional<std::int64_t> PriceOfTime(const UsageRecord& record, const PriceList& prices,
                                        std::int64_t time_us);

/// What its invocation costs; nullopt when it is none, or it has no price then.
std::optional<std::int64_t> PriceOfInvocation(const UsageRecord& record, const PriceList& prices,
                                              std::int64_t time_us);

/// The bill of a record at prices that are known: `prices` has one for each hour that the
/// record touches. INVALID_ARGUMENT when there are more or fewer; else as MakeBill.
absl::StatusOr<Bill> RemakeBill(UsageRecord record,
                                const std::vector<std::optional<std::int64_t>>& prices,
                                std::optional<std::int64_t> invocation_nanos);

}  // namespace furnace::metering
