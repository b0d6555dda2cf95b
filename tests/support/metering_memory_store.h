#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/mutex.h"
#include "services/metering/app/ports.h"

namespace furnace::metering {

/// The books in memory: every question is answered from the bills themselves.
class MemoryUsageStore final : public UsageStore {
 public:
  absl::StatusOr<StoreOutcome> Record(std::span<const Bill> bills) override;
  absl::StatusOr<std::vector<UsageRow>> Sum(const UsageQuery& query, int limit) override;
  absl::StatusOr<std::vector<LedgerLine>> ListLines(const LedgerQuery& query) override;

  /// What the next Record fails with, once, having stored nothing.
  void FailNext(absl::Status status);

 private:
  // Lines are kept beside their project.
  void Store(const Bill& bill) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  std::map<RecordKey, Bill> bills_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::pair<std::string, LedgerLine>> lines_ ABSL_GUARDED_BY(mutex_);
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
