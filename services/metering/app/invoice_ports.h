// What metering needs to make and keep invoices.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/metering/app/adjuster.h"
#include "services/metering/app/closed_periods.h"
#include "services/metering/domain/invoice.h"

namespace furnace::metering {

/// The final invoices, which never change. Thread-safe.
class InvoiceStore : public ClosedPeriods {
 public:
  /// Keeps a settled invoice that comes next: by number, period and cut. All of it or, on an
  /// error, nothing. ABORTED when another one has come next meanwhile.
  virtual absl::Status Append(const Invoice& invoice) = 0;

  /// With lines; NOT_FOUND when the project has no such invoice.
  virtual absl::StatusOr<Invoice> Get(const std::string& project_id, const std::string& id) = 0;

  /// Those with a smaller number than `before`, by falling number, at most `limit`, without
  /// lines.
  virtual absl::StatusOr<std::vector<Invoice>> List(const std::string& project_id,
                                                    std::int64_t before, int limit) = 0;

  /// The last one whose period ends at `time_us` or earlier, without lines; nullopt when there
  /// is none.
  virtual absl::StatusOr<std::optional<Invoice>> LastBefore(const std::string& project_id,
                                                            std::int64_t time_us) = 0;

  /// The UTC hour of the project's first usage; nullopt when it has none.
  virtual absl::StatusOr<std::optional<std::int64_t>> FirstUsage(const std::string& project_id) = 0;

  /// Projects with a greater id than `after` (empty: all) that have usage or an invoice, and no
  /// invoice up to `end_us`, by id, at most `limit`.
  virtual absl::StatusOr<std::vector<std::string>> Due(std::int64_t end_us,
                                                       const std::string& after, int limit) = 0;

  /// Runs `work` unless another process is running some; whether it did.
  virtual absl::StatusOr<bool> RunAlone(const std::function<void()>& work) = 0;
};

/// Makes what an invoice uses stand before the invoice is final, such as prepaid credits.
/// Thread-safe.
class PeriodCommitter {
 public:
  virtual ~PeriodCommitter() = default;

  /// Commits what is among `charges.adjustments`, which are those of all adjusters, under
  /// `reference`, the invoice's id: once, however often it is called.
  ///
  /// ABORTED, and nothing is committed, when they are not what the adjusters would say now: ask
  /// them again.
  virtual absl::Status Commit(const std::string& reference, const PeriodCharges& charges) = 0;
};

}  // namespace furnace::metering
