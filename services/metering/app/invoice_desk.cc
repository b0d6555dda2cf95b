#include "services/metering/app/invoice_desk.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/domain/invoice_audit.h"
#include "services/metering/domain/month.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();
// How often the adjusters are asked for one invoice.
constexpr int kMaxCommits = 5;

// All that is before `time_us`, whenever it is booked. No transaction before `open_from` has
// anything else.
InvoiceCut AllBefore(std::int64_t time_us, const std::optional<Invoice>& last) {
  return {.transaction = kEver,
          .end_us = time_us,
          .open_from = last ? last->cut.open_from : InvoiceCut().open_from};
}

absl::Status CheckDraftPeriod(Span period) {
  if (period.start_us < kEarliestUs) {
    return absl::InvalidArgumentError("start_time: before 2020");
  }
  if (period.start_us % kHourUs != 0) {
    return absl::InvalidArgumentError("start_time: not a whole UTC hour");
  }
  if (period.end_us % kHourUs != 0) {
    return absl::InvalidArgumentError("end_time: not a whole UTC hour");
  }
  if (period.end_us <= period.start_us) {
    return absl::InvalidArgumentError("end_time: not after start_time");
  }
  if (period.end_us - period.start_us > kMaxDraftUs) {
    return absl::InvalidArgumentError("end_time: more than 366 days after start_time");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<Span>> InvoiceDesk::NextMonth(const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t open_from, store_.OpenFrom(project_id));
  if (open_from > 0) return MonthAt(open_from);
  FURNACE_ASSIGN_OR_RETURN(const auto first, store_.FirstUsage(project_id));
  if (!first) return std::nullopt;
  return MonthAt(*first);
}

absl::StatusOr<Invoice> InvoiceDesk::Draft(const std::string& project_id,
                                           std::optional<Span> period, absl::Time deadline) {
  FURNACE_ASSIGN_OR_RETURN(const std::optional<Span> next, NextMonth(project_id));
  const Span wanted = period.value_or(next.value_or(MonthAt(NowUs())));
  FURNACE_RETURN_IF_ERROR(CheckDraftPeriod(wanted));
  FURNACE_ASSIGN_OR_RETURN(const ChainHead head, ledger_.Head(project_id));
  FURNACE_ASSIGN_OR_RETURN(const auto last, store_.LastBefore(project_id, wanted.start_us));
  InvoiceOrder order{
      .project_id = project_id, .period = wanted, .last = head, .deadline = deadline};
  if (next && wanted == *next) {
    if (last) order.before = last->cut;
  } else {
    order.before = AllBefore(wanted.start_us, last);
  }
  FURNACE_ASSIGN_OR_RETURN(MadeInvoice made, maker_.Make(order));
  made.invoice.made_us = NowUs();
  made.invoice.issuer = issuer_;
  return std::move(made.invoice);
}

absl::StatusOr<Invoice> InvoiceDesk::MakeNext(const std::string& project_id, Span month,
                                              absl::Time deadline) {
  FURNACE_ASSIGN_OR_RETURN(const auto last, store_.LastBefore(project_id, month.start_us));
  InvoiceOrder order{.project_id = project_id, .period = month, .deadline = deadline};
  if (last) order.before = last->cut;
  FURNACE_ASSIGN_OR_RETURN(order.last, ledger_.Head(project_id));
  const std::int64_t number = last ? last->number + 1 : 1;
  const std::string id = InvoiceIdOf(project_id, number);
  FURNACE_ASSIGN_OR_RETURN(Invoice invoice, MakeCommitted(order, id));
  invoice.number = number;
  invoice.id = id;
  invoice.made_us = NowUs();
  invoice.issuer = issuer_;
  FURNACE_RETURN_IF_ERROR(store_.Append(invoice));
  return invoice;
}

absl::StatusOr<Invoice> InvoiceDesk::MakeCommitted(const InvoiceOrder& order,
                                                   const std::string& id) {
  absl::Status status;
  for (int i = 0; i < kMaxCommits; ++i) {
    FURNACE_ASSIGN_OR_RETURN(MadeInvoice made, maker_.Make(order));
    status = committer_.Commit(id, {.project_id = order.project_id,
                                    .period = order.period,
                                    .charges = made.charges,
                                    .adjustments = made.adjustments});
    if (status.ok()) return std::move(made.invoice);
    if (!absl::IsAborted(status)) return status;
  }
  // Not ABORTED: that is for a store that has the invoice already.
  return Error(absl::StatusCode::kUnavailable, "what the invoice uses keeps changing: {}",
               ToStd(status.message()));
}

absl::StatusOr<Invoice> InvoiceDesk::InvoiceOf(const std::string& project_id, Span month) {
  FURNACE_ASSIGN_OR_RETURN(const auto last, store_.LastBefore(project_id, month.end_us));
  if (!last || last->period != month) {
    return Error(absl::StatusCode::kFailedPrecondition,
                 "month: {} is before the project's first usage", PeriodText(month));
  }
  return store_.Get(project_id, last->id);
}

absl::StatusOr<Invoice> InvoiceDesk::Finalize(const std::string& project_id, Span month,
                                              absl::Time deadline) {
  FURNACE_ASSIGN_OR_RETURN(const std::optional<Span> next, NextMonth(project_id));
  if (!next) {
    return absl::FailedPreconditionError("project_id: the project has used nothing yet");
  }
  if (month.start_us < next->start_us) return InvoiceOf(project_id, month);
  if (month.start_us > next->start_us) {
    return Error(absl::StatusCode::kFailedPrecondition, "month: {} comes before {}",
                 PeriodText(*next), PeriodText(month));
  }
  if (NowUs() < month.end_us) {
    return Error(absl::StatusCode::kFailedPrecondition, "month: {} is not over", PeriodText(month));
  }
  absl::StatusOr<Invoice> made = MakeNext(project_id, month, deadline);
  // Somebody else was faster: with this one.
  if (absl::IsAborted(made.status())) return InvoiceOf(project_id, month);
  return made;
}

absl::StatusOr<bool> InvoiceDesk::FinalizeNext(const std::string& project_id, std::int64_t end_us) {
  FURNACE_ASSIGN_OR_RETURN(const std::optional<Span> next, NextMonth(project_id));
  if (!next || next->end_us > end_us) return false;
  const absl::Status made = MakeNext(project_id, *next, absl::InfiniteFuture()).status();
  if (made.ok() || absl::IsAborted(made)) return true;  // Somebody else was faster.
  return made;
}

absl::StatusOr<InvoiceAudit> InvoiceDesk::Audit(const std::string& project_id,
                                                const std::string& id, absl::Time deadline) {
  FURNACE_ASSIGN_OR_RETURN(const Invoice stored, store_.Get(project_id, id));
  FURNACE_ASSIGN_OR_RETURN(const auto before, store_.List(project_id, stored.number, 1));
  InvoiceOrder order{.project_id = project_id, .period = stored.period, .deadline = deadline};
  if (!before.empty()) order.before = before[0].cut;
  const std::int64_t last = stored.cut.transaction;
  if (last > 0) {
    FURNACE_ASSIGN_OR_RETURN(const auto found, ledger_.Transactions(project_id, last - 1, 1));
    if (found.empty() || found[0].transaction.number != last) {
      return InvoiceAudit{
          .lines = static_cast<std::int64_t>(stored.lines.size()),
          .differences = {fmt::format("the ledger has no transaction {}, its last", last)}};
    }
    order.last = {.number = last, .hash = found[0].hash};
  }
  FURNACE_ASSIGN_OR_RETURN(const MadeInvoice remade, maker_.Make(order));
  return InvoiceAudit{.lines = static_cast<std::int64_t>(stored.lines.size()),
                      .differences = CompareInvoices(before.empty() ? Invoice{} : before[0], stored,
                                                     remade.invoice)};
}

}  // namespace furnace::metering
