#include "services/metering/app/term_desk.h"

#include <utility>

#include "absl/time/time.h"
#include "libs/common/base/status.h"
#include "services/metering/domain/month.h"

namespace furnace::metering {

absl::StatusOr<Term> TermDesk::Add(Term term) {
  const std::int64_t now_us = absl::ToUnixMicros(clock_.Now());
  if (term.from_us == 0) term.from_us = MonthAt(now_us).end_us;
  FURNACE_RETURN_IF_ERROR(CheckTerm(term, now_us));
  return terms_.Add(std::move(term));
}

absl::StatusOr<Term> TermDesk::End(std::int64_t id, std::int64_t until_us) {
  const Span month = MonthAt(absl::ToUnixMicros(clock_.Now()));
  if (until_us == 0) until_us = month.end_us;
  if (MonthAt(until_us).start_us != until_us) {
    return absl::InvalidArgumentError("effective_until: not the first of a UTC month");
  }
  if (until_us <= month.start_us) {
    return absl::FailedPreconditionError(
        "effective_until: a term goes for the present month to its end");
  }
  return terms_.End(id, until_us);
}

absl::StatusOr<std::vector<Adjustment>> TermAdjuster::Adjust(const PeriodCharges& charges) {
  const Span month = MonthAt(charges.period.start_us);
  const bool in_month =
      charges.period.start_us == month.start_us && charges.period.end_us <= month.end_us;
  if (!in_month) return std::vector<Adjustment>{};
  FURNACE_ASSIGN_OR_RETURN(std::vector<Term> terms, terms_.Load(charges.project_id));
  return ApplyTerms(TermsInForce(std::move(terms), charges.project_id, month.start_us),
                    charges.charges, charges.period == month);
}

}  // namespace furnace::metering
