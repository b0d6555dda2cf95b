// What metering needs to make and keep invoices.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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

  /// Those that nobody has confirmed to have told of, the oldest numbers first, at most
  /// `limit`, with lines; of one project, or, when empty, of all.
  virtual absl::StatusOr<std::vector<Invoice>> Untold(const std::string& project_id, int limit) = 0;
  /// Confirms that those who have to know of the invoice do.
  virtual absl::Status Told(const std::string& invoice_id) = 0;

  /// Runs `work` unless another process is running some; whether it did.
  virtual absl::StatusOr<bool> RunAlone(const std::function<void()>& work) = 0;
};

/// Has to know of each final invoice, such as the book of prepaid credits that it uses up.
/// Thread-safe.
class InvoiceListener {
 public:
  virtual ~InvoiceListener() = default;

  /// Called at least once for each invoice, of a project in the order of the numbers; no
  /// further one of the project is made until this is OK.
  virtual absl::Status Finalized(const Invoice& invoice) = 0;
};

}  // namespace furnace::metering
