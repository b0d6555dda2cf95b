#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/ledger/hash.h"
#include "libs/common/ledger/receipt.h"
#include "services/metering/domain/billing.h"
#include "services/metering/domain/correction.h"

namespace furnace::metering {

using ledger::ChainHead;
using ledger::Hash;

/// A sum of a transaction: of all entries of its records that agree in all but amount.
struct LedgerEntry {
  Account account = Account::kCustomer;
  EntryKind kind = EntryKind::kGpuTime;
  std::string endpoint_id = {};                  // Empty for a balance,
  std::string gpu_type = {};                     // and so are these.
  std::optional<std::int64_t> price_nanos = {};  // A unit; nullopt for what has none.
  Int128 quantity = 0;                           // In the kind's unit: see Entry.
  AttoUsd amount = {};

  friend bool operator==(const LedgerEntry&, const LedgerEntry&) = default;
};

/// Why a transaction was made.
inline constexpr std::string_view kReasonUsage = "usage";
/// It takes over records from before the ledger was chained.
inline constexpr std::string_view kReasonOpening = "opening";
/// Somebody decided on it; the reference is the correction's id.
inline constexpr std::string_view kReasonCorrection = "correction";
/// Usage is rated again; the reference is the price list's version.
inline constexpr std::string_view kReasonRerate = "rerate";

/// What one call added to the ledger of one project: zero in all. It stands for its records by
/// the root over their canonical texts.
struct Transaction {
  std::string project_id;
  std::int64_t number = 0;  // From 1, without gaps.
  std::int64_t time_us = 0;
  std::string reason = std::string(kReasonUsage);
  std::string reference = {};
  std::int64_t records = 0;  // Or corrections, or records that are rated again.
  Hash root = {};
  std::vector<LedgerEntry> entries = {};
};

/// Whether `transaction` books usage records: it has bills. Others have postings.
bool BooksUsage(const Transaction& transaction);

/// A transaction of a project's chain.
struct ChainedTransaction {
  Transaction transaction;
  Hash hash = {};  // Of the chain after it.
};

/// Bills of one project, in the order of the transaction's leaves.
using BillRefs = std::span<const Bill* const>;

/// Fills in what follows from `bills` and after them `postings`: records, root and entries, which
/// are sorted. OUT_OF_RANGE when a sum has more than 38 digits.
absl::StatusOr<Transaction> Sum(Transaction header, BillRefs bills,
                                std::span<const Posting> postings = {});

/// The transaction with the hash that it gives the chain.
ChainedTransaction Chain(const Hash& previous, Transaction transaction);

}  // namespace furnace::metering
