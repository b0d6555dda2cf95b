#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/ledger/receipt.h"
#include "services/metering/app/ledger_ports.h"
#include "services/metering/domain/audit.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

/// Most records of a job that receipts are made for.
inline constexpr int kMaxReceipts = 100;
/// Most transactions that one call audits, and most differences that it names.
inline constexpr int kMaxAudited = 100;
inline constexpr std::size_t kMaxDifferences = 100;

/// What an audit of some transactions has found.
struct AuditReport {
  std::int64_t transactions = 0;
  std::int64_t records = 0;  // Or corrections, or records that are rated again.
  std::int64_t segments = 0;
  std::vector<Difference> differences;  // The first ones.
  ChainHead last = {};                  // The last transaction audited.
  bool complete = false;                // Whether it is the project's last.
};

/// Shows and proves what is in a project's ledger. Thread-safe.
class LedgerReader {
 public:
  explicit LedgerReader(LedgerStore& ledger) : ledger_(ledger) {}

  /// A receipt for each of the job's records and what was booked about them later, at most
  /// kMaxReceipts of each, in the order of the ledger.
  ///
  /// Errors: NOT_FOUND when the project has no record of the job; those of the store.
  absl::StatusOr<std::vector<ledger::Receipt>> Receipts(const std::string& project_id,
                                                        const std::string& job_id);

  /// Makes the transactions after number `after` that were booked during `period` anew from
  /// their records, corrections and ratings, at most kMaxAudited, and compares. Whoever goes on
  /// after `report.last.number` until it is complete has audited all.
  ///
  /// Errors: those of the store.
  absl::StatusOr<AuditReport> Audit(const std::string& project_id, Span period, std::int64_t after);

  absl::StatusOr<ChainHead> Head(const std::string& project_id) { return ledger_.Head(project_id); }
  absl::StatusOr<std::vector<ChainedTransaction>> Transactions(const std::string& project_id,
                                                               std::int64_t after, int limit) {
    return ledger_.Transactions(project_id, after, limit);
  }
  absl::StatusOr<std::vector<RefusedRecord>> Refused(const std::string& project_id,
                                                     std::int64_t after, int limit) {
    return ledger_.Refused(project_id, after, limit);
  }

 private:
  // The chain after transaction `number`. NOT_FOUND when there is none.
  absl::StatusOr<ChainHead> HeadAfter(const std::string& project_id, std::int64_t number);
  // Some transactions with their bills.
  struct Chunk {
    std::vector<ChainedTransaction> transactions;
    std::vector<BookedBill> bills;
    std::vector<BookedPosting> postings;
  };
  // A leaf of a transaction's tree.
  struct Leaf {
    Place place;
    std::string text;
  };
  absl::StatusOr<std::vector<Leaf>> LeavesOf(const Transaction& transaction);
  absl::StatusOr<Chunk> Load(const std::string& project_id, std::int64_t after);
  absl::StatusOr<ledger::Receipt> MakeReceipt(const std::string& project_id, const Leaf& leaf);

  LedgerStore& ledger_;
};

}  // namespace furnace::metering
