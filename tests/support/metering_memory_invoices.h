// Invoices in memory, agreements as tests want them, and a clock to make months pass.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/common/base/clock.h"
#include "libs/common/base/mutex.h"
#include "services/metering/app/adjuster.h"
#include "services/metering/app/invoice_ports.h"
#include "tests/support/metering_memory_store.h"

namespace furnace::metering {

/// Final invoices in memory, of projects that use `usage`.
class MemoryInvoiceStore final : public InvoiceStore {
 public:
  explicit MemoryInvoiceStore(MemoryUsageStore& usage) : usage_(usage) {}

  absl::StatusOr<std::int64_t> OpenFrom(const std::string& project_id) override;
  absl::Status Append(const Invoice& invoice) override;
  absl::StatusOr<Invoice> Get(const std::string& project_id, const std::string& id) override;
  absl::StatusOr<std::vector<Invoice>> List(const std::string& project_id, std::int64_t before,
                                            int limit) override;
  absl::StatusOr<std::optional<Invoice>> LastBefore(const std::string& project_id,
                                                    std::int64_t time_us) override;
  absl::StatusOr<std::optional<std::int64_t>> FirstUsage(const std::string& project_id) override;
  absl::StatusOr<std::vector<std::string>> Due(std::int64_t end_us, const std::string& after,
                                               int limit) override;
  absl::StatusOr<bool> RunAlone(const std::function<void()>& work) override;

  /// The next Append fails, as when the process dies before it.
  void LoseNext();

  /// What somebody does who can write to the tables.
  void Tamper(const std::string& project_id, const std::function<void(Invoice&)>& change);

 private:
  MemoryUsageStore& usage_;
  Mutex mutex_;
  // By project, in the order of the numbers.
  std::map<std::string, std::vector<Invoice>> invoices_ ABSL_GUARDED_BY(mutex_);
  bool loses_next_ ABSL_GUARDED_BY(mutex_) = false;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
};

/// Adjusts as a test says, and remembers what it was asked. For one thread.
class FakeAdjuster final : public Adjuster {
 public:
  using Agreement = std::function<std::vector<Adjustment>(const PeriodCharges&)>;
  explicit FakeAdjuster(Agreement agreement) : agreement_(std::move(agreement)) {}

  absl::StatusOr<std::vector<Adjustment>> Adjust(const PeriodCharges& charges) override {
    charges_.assign(charges.charges.begin(), charges.charges.end());
    before_.assign(charges.adjustments.begin(), charges.adjustments.end());
    period_ = charges.period;
    return agreement_(charges);
  }

  const std::vector<Charge>& charges() const { return charges_; }
  const std::vector<Adjustment>& before() const { return before_; }
  Span period() const { return period_; }

 private:
  const Agreement agreement_;
  std::vector<Charge> charges_;
  std::vector<Adjustment> before_;
  Span period_ = {};
};

/// Answers as a test says, and remembers what it was to commit. For one thread.
class FakeCommitter final : public PeriodCommitter {
 public:
  absl::Status Commit(const std::string& reference, const PeriodCharges& charges) override {
    references.push_back(reference);
    period = charges.period;
    last_charges.assign(charges.charges.begin(), charges.charges.end());
    last_adjustments.assign(charges.adjustments.begin(), charges.adjustments.end());
    return answer();
  }

  std::function<absl::Status()> answer = [] { return absl::OkStatus(); };
  std::vector<std::string> references;  // Of all calls.
  Span period = {};                     // This and the rest: of the last call.
  std::vector<Charge> last_charges;
  std::vector<Adjustment> last_adjustments;
};

/// Stands where it is put.
class MovableClock final : public Clock {
 public:
  explicit MovableClock(std::int64_t now_us) : now_us_(now_us) {}
  absl::Time Now() const override { return absl::FromUnixMicros(now_us_); }
  void Set(std::int64_t now_us) { now_us_ = now_us; }

 private:
  std::int64_t now_us_;
};

}  // namespace furnace::metering
