#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/mutex.h"
#include "services/metering/app/ledger_ports.h"
#include "services/metering/app/ports.h"

namespace furnace::metering {

/// The books in memory: every question is answered from the bills themselves.
class MemoryUsageStore final : public UsageStore, public LedgerStore {
 public:
  absl::StatusOr<StoreOutcome> Record(std::span<const Bill> bills, std::int64_t now_us) override;
  absl::Status KeepRefused(std::span<const UsageRecord> records) override;
  absl::StatusOr<std::vector<UsageRow>> Sum(const UsageQuery& query, int limit) override;
  absl::StatusOr<std::vector<LedgerLine>> ListLines(const LedgerQuery& query) override;

  absl::StatusOr<ChainHead> Head(const std::string& project_id) override;
  absl::StatusOr<std::vector<ChainedTransaction>> Transactions(const std::string& project_id,
                                                               std::int64_t after,
                                                               int limit) override;
  absl::StatusOr<std::vector<BookedBill>> BillsOf(const std::string& project_id, std::int64_t first,
                                                  std::int64_t last) override;
  absl::StatusOr<std::vector<BookedBill>> BillsOfJob(const std::string& project_id,
                                                     const std::string& job_id, int limit) override;
  absl::StatusOr<std::vector<RefusedRecord>> Refused(const std::string& project_id,
                                                     std::int64_t after, int limit) override;

  /// Projects that have records, by id.
  std::vector<std::string> Projects() ABSL_LOCKS_EXCLUDED(mutex_);

  /// What the next Record fails with, once, having stored nothing.
  void FailNext(absl::Status status);

 private:
  // Books the bills of one project, which are new, as its next transaction.
  absl::Status Book(const std::string& project_id, const std::vector<std::size_t>& indexes,
                    std::span<const Bill> bills, std::int64_t now_us)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  std::map<RecordKey, Bill> bills_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<ChainedTransaction>> chains_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<BookedBill>> booked_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::pair<std::string, RefusedRecord>> refused_ ABSL_GUARDED_BY(mutex_);
  absl::Status next_failure_ ABSL_GUARDED_BY(mutex_);
};

/// A price list in memory; by default the one the migrations make.
class MemoryPriceStore final : public PriceStore {
 public:
  MemoryPriceStore();

  absl::StatusOr<PriceList> Load() override ABSL_LOCKS_EXCLUDED(mutex_);
  void Add(const Price& price) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Mutex mutex_;
  std::vector<Price> prices_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::metering
