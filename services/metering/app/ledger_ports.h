// What metering needs to show and to prove its ledger.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/domain/billing.h"
#include "services/metering/domain/ledger.h"

namespace furnace::metering {

/// Where a record is in its project's ledger: in which transaction, and after which others there.
struct Place {
  std::int64_t transaction = 0;
  int position = 0;

  friend auto operator<=>(const Place&, const Place&) = default;
};

/// A bill as it was booked.
struct BookedBill {
  Place place = {};
  std::int64_t recorded_us = 0;
  Bill bill;
};

/// A correction, or a record that is rated again, as it was booked.
struct BookedPosting {
  Place place = {};
  std::int64_t recorded_us = 0;
  Posting posting;
};

/// A usage record that was refused: its key was known with other values.
struct RefusedRecord {
  std::int64_t id = 0;
  std::int64_t refused_us = 0;
  RecordKey key;
  std::string record;  // Canonical text, without what it would have been booked with.
};

/// Reads the ledgers. Of a project that has none, everything is empty. Thread-safe.
class LedgerStore {
 public:
  virtual ~LedgerStore() = default;

  /// The last transaction's number and hash; 0 and zeros before the first.
  virtual absl::StatusOr<ChainHead> Head(const std::string& project_id) = 0;

  /// Transactions with a greater number than `after`, by number, at most `limit`.
  virtual absl::StatusOr<std::vector<ChainedTransaction>> Transactions(
      const std::string& project_id, std::int64_t after, int limit) = 0;

  /// Bills of the transactions `first` to `last`, by place.
  virtual absl::StatusOr<std::vector<BookedBill>> BillsOf(const std::string& project_id,
                                                          std::int64_t first,
                                                          std::int64_t last) = 0;

  /// A job's bills, by place, at most `limit`.
  virtual absl::StatusOr<std::vector<BookedBill>> BillsOfJob(const std::string& project_id,
                                                             const std::string& job_id,
                                                             int limit) = 0;

  /// Postings of the transactions `first` to `last`, by place.
  virtual absl::StatusOr<std::vector<BookedPosting>> PostingsOf(const std::string& project_id,
                                                                std::int64_t first,
                                                                std::int64_t last) = 0;

  /// Postings about a job's records, by place, at most `limit`.
  virtual absl::StatusOr<std::vector<BookedPosting>> PostingsOfJob(const std::string& project_id,
                                                                   const std::string& job_id,
                                                                   int limit) = 0;

  /// Refused records with a greater id than `after`, by id, at most `limit`.
  virtual absl::StatusOr<std::vector<RefusedRecord>> Refused(const std::string& project_id,
                                                             std::int64_t after, int limit) = 0;
};

}  // namespace furnace::metering
