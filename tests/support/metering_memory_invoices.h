// Invoices in memory, agreements as tests want them, and a clock to make months pass.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
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
  absl::StatusOr<std::vector<Invoice>> Untold(const std::string& project_id, int limit) override;
  absl::Status Told(const std::string& invoice_id) override;
  absl::StatusOr<bool> RunAlone(const std::function<void()>& work) override;

  /// What somebody does who can write to the tables.
  void Tamper(const std::string& project_id, const std::function<void(Invoice&)>& change);

 private:
  MemoryUsageStore& usage_;
  Mutex mutex_;
  // By project, in the order of the numbers.
  std::map<std::string, std::vector<Invoice>> invoices_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> untold_ ABSL_GUARDED_BY(mutex_);
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

/// Keeps what it is told of; refuses while told to. For one thread.
class FakeListener final : public InvoiceListener {
 public:
  absl::Status Finalized(const Invoice& invoice) override {
    if (refuses) return absl::UnavailableError("the book of credits is closed");
    told.push_back(invoice);
    return absl::OkStatus();
  }

  bool refuses = false;
  std::vector<Invoice> told;
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
