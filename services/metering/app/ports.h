// What metering needs of the world. storage/ implements the stores against
// Postgres and tests/support in memory; one contract suite holds both.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/metering/domain/billing.h"
#include "services/metering/domain/pricing.h"
#include "services/metering/domain/usage.h"
#include "services/metering/domain/usage_query.h"

namespace furnace::metering {

/// What a customer's ledger has for a record: derived from it, and booked with the sums of its
/// transaction.
struct LedgerLine {
  std::int64_t id = 0;
  std::int64_t recorded_us = 0;
  std::int64_t transaction = 0;  // The number of the one that books it.
  RecordKey key;
  std::string endpoint_id;
  std::string gpu_type;
  Entry entry = {};
};

/// Which lines of a project's ledger to list.
struct LedgerQuery {
  std::string project_id;
  std::optional<std::string> job_id = {};
  std::int64_t after_id = 0;  // Lines with a greater id.
  int limit = 0;              // Most lines, at least 1.
};

/// What became of the bills of one call.
struct StoreOutcome {
  /// Indexes of the bills that were new, ascending.
  std::vector<std::size_t> recorded;
  /// Indexes of those whose key was known with another record, or that overlap one that was
  /// known; they changed nothing.
  std::vector<std::size_t> conflicting;
};

/// The books: usage records with their prices, the ledger of each project and the
/// hourly sums. Thread-safe.
class UsageStore {
 public:
  virtual ~UsageStore() = default;

  /// Stores those of `bills`, at most kMaxRecordsOfTransaction, whose keys all
  /// differ and which do not overlap, that are not known yet: all of them, in a transaction at
  /// `now_us` for each project, or, on an error, none. After an error that leaves this open
  /// (UNAVAILABLE, DEADLINE_EXCEEDED) call again.
  virtual absl::StatusOr<StoreOutcome> Record(std::span<const Bill> bills, std::int64_t now_us) = 0;

  /// Keeps records that were refused, each once, however often.
  virtual absl::Status KeepRefused(std::span<const UsageRecord> records) = 0;

  /// The exact sums of the usage in `query.period`, but for tokens, sorted by hour, endpoint,
  /// GPU type; the first `limit` rows of these. Without a grouping always one row.
  virtual absl::StatusOr<std::vector<UsageRow>> Sum(const UsageQuery& query, int limit) = 0;

  /// Customer lines of the ledger by rising id. Ids of one project rise in the
  /// order in which lines become visible, so that who pages on misses none.
  virtual absl::StatusOr<std::vector<LedgerLine>> ListLines(const LedgerQuery& query) = 0;
};

/// The price list. Thread-safe.
class PriceStore {
 public:
  virtual ~PriceStore() = default;

  virtual absl::StatusOr<PriceList> Load() = 0;
};

/// How many records of a call went which way.
struct RecordTally {
  int recorded = 0;
  int repeated = 0;     // Known, and the same.
  int conflicting = 0;  // Known, but different, or in part: somebody upstream is wrong.
  int unpriced = 0;     // Of those recorded, with GPU time that has no price.
};

/// Who watches the recording. Thread-safe.
class RecordingMonitor {
 public:
  virtual ~RecordingMonitor() = default;

  virtual void Recorded(const RecordTally& tally) = 0;
};

}  // namespace furnace::metering
