#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/mutex.h"
#include "services/metering/app/correction_ports.h"
#include "services/metering/app/ledger_ports.h"
#include "services/metering/app/ports.h"
#include "services/metering/app/price_ports.h"
#include "services/metering/app/term_desk.h"

namespace furnace::metering {

/// The books in memory: every question is answered from the bills themselves.
class MemoryUsageStore final : public UsageStore, public LedgerStore, public CorrectionStore {
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
  absl::StatusOr<std::vector<BookedPosting>> PostingsOf(const std::string& project_id,
                                                        std::int64_t first,
                                                        std::int64_t last) override;
  absl::StatusOr<std::vector<BookedPosting>> PostingsOfJob(const std::string& project_id,
                                                           const std::string& job_id,
                                                           int limit) override;
  absl::StatusOr<std::vector<RefusedRecord>> Refused(const std::string& project_id,
                                                     std::int64_t after, int limit) override;

  absl::StatusOr<BookedCorrection> Correct(const Correction& correction,
                                           std::int64_t now_us) override;
  absl::StatusOr<RerateOutcome> Rerate(const RerateStep& step, const PriceList& prices) override;

  /// All bills, by key.
  std::vector<Bill> Bills();
  /// Projects that have records, by id.
  std::vector<std::string> Projects() ABSL_LOCKS_EXCLUDED(mutex_);
  /// What the next Record fails with, once, having stored nothing.
  void FailNext(absl::Status status);

 private:
  // Whether a record that is not known by its key bills what another one does.
  bool OverlapsAnother(const UsageRecord& record) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Books the bills of one project, which are new, as its next transaction.
  absl::Status Book(const std::string& project_id, const std::vector<std::size_t>& indexes,
                    std::span<const Bill> bills, std::int64_t now_us)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Books postings as the project's next transaction, but for number and time of `header`.
  absl::StatusOr<std::int64_t> Post(Transaction header, std::vector<Posting> postings)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Correction> FillIn(const Correction& correction)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  std::map<RecordKey, Bill> bills_ ABSL_GUARDED_BY(mutex_);  // As they are rated now.
  std::map<std::string, std::vector<ChainedTransaction>> chains_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<BookedBill>> booked_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<BookedPosting>> postings_ ABSL_GUARDED_BY(mutex_);
  std::vector<BookedCorrection> corrections_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::pair<std::string, RefusedRecord>> refused_ ABSL_GUARDED_BY(mutex_);
  absl::Status next_failure_ ABSL_GUARDED_BY(mutex_);
};

/// A price list in memory; by default the one the migrations make.
class MemoryPriceStore final : public PriceStore, public PriceHistory {
 public:
  MemoryPriceStore();

  absl::StatusOr<PriceList> Load() override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<PriceLine>> Announce(std::span<const Price> prices,
                                                  std::int64_t now_us) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<PriceLine> Withdraw(std::int64_t id, std::int64_t now_us) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<PriceLine>> List(const PriceHistoryQuery& query) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Add(const Price& price) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Mutex mutex_;
  std::vector<PriceLine> lines_ ABSL_GUARDED_BY(mutex_);
  std::int64_t version_ ABSL_GUARDED_BY(mutex_) = 1;
};

/// Terms in memory.
class MemoryTermStore final : public TermStore {
 public:
  absl::StatusOr<Term> Add(Term term) override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<Term>> Load(const std::optional<std::string>& project_id) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<Term> End(std::int64_t id, std::int64_t until_us) override
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Mutex mutex_;
  std::vector<Term> terms_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::metering
