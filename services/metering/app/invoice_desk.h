#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/invoice_maker.h"
#include "services/metering/app/invoice_ports.h"

namespace furnace::metering {

/// Longest period of a draft.
inline constexpr std::int64_t kMaxDraftUs = 366 * kDayUs;

/// What an audit of an invoice has found.
struct InvoiceAudit {
  std::int64_t lines = 0;  // Of the invoice.
  std::vector<std::string> differences;
};

/// Makes, keeps, shows and proves invoices. Thread-safe.
class InvoiceDesk {
 public:
  /// `issuer` is who the invoices are from.
  InvoiceDesk(LedgerStore& ledger, InvoiceStore& store, InvoiceMaker& maker,
              PeriodCommitter& committer, std::string issuer, const Clock& clock)
      : ledger_(ledger),
        store_(store),
        maker_(maker),
        committer_(committer),
        issuer_(std::move(issuer)),
        clock_(clock) {}

  /// What an invoice of `period` (whole UTC hours) would be now; by default what the next one
  /// would be: of the first month without one, late usage and corrections included. Of any
  /// other period only its own usage, whether it is on an invoice or not.
  ///
  /// Errors: INVALID_ARGUMENT, naming the field, for a bad period; those of InvoiceMaker.
  absl::StatusOr<Invoice> Draft(const std::string& project_id, std::optional<Span> period,
                                absl::Time deadline = absl::InfiniteFuture());

  /// Makes the project's invoice of `month` final, or returns it when it is. What it uses is
  /// committed first, under its id: after a crash in between the next call makes it final.
  ///
  /// Errors: FAILED_PRECONDITION when the month is not over, another one comes first, or the
  /// project has used nothing yet; ABORTED when another call was faster with another month;
  /// UNAVAILABLE when what it uses has changed too often meanwhile; those of InvoiceMaker, the
  /// store and the committer.
  absl::StatusOr<Invoice> Finalize(const std::string& project_id, Span month,
                                   absl::Time deadline = absl::InfiniteFuture());

  /// Makes the next invoice final if its period ends at `end_us` or earlier; whether it did.
  /// Errors: as of Finalize.
  absl::StatusOr<bool> FinalizeNext(const std::string& project_id, std::int64_t end_us);

  absl::StatusOr<Invoice> Get(const std::string& project_id, const std::string& id) {
    return store_.Get(project_id, id);
  }
  absl::StatusOr<std::vector<Invoice>> List(const std::string& project_id, std::int64_t before,
                                            int limit) {
    return store_.List(project_id, before, limit);
  }

  /// Makes a final invoice anew and compares. Errors: NOT_FOUND; those of InvoiceMaker.
  absl::StatusOr<InvoiceAudit> Audit(const std::string& project_id, const std::string& id,
                                     absl::Time deadline = absl::InfiniteFuture());

 private:
  // The first month that has no invoice; nullopt before the first usage.
  absl::StatusOr<std::optional<Span>> NextMonth(const std::string& project_id);
  absl::StatusOr<Invoice> MakeNext(const std::string& project_id, Span month, absl::Time deadline);
  // What `order` comes to, once what it uses is committed under `id`.
  absl::StatusOr<Invoice> MakeCommitted(const InvoiceOrder& order, const std::string& id);
  absl::StatusOr<Invoice> InvoiceOf(const std::string& project_id, Span month);
  std::int64_t NowUs() const { return absl::ToUnixMicros(clock_.Now()); }

  LedgerStore& ledger_;
  InvoiceStore& store_;
  InvoiceMaker& maker_;
  PeriodCommitter& committer_;
  const std::string issuer_;
  const Clock& clock_;
};

}  // namespace furnace::metering
