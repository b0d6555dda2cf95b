#include "services/metering/domain/billing.h"

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

Entry GpuTimeEntry(const Segment& segment, std::int64_t milli_gpus) {
  const std::int64_t price = segment.price_nanos.value_or(0);
  const std::int64_t gpu_milli_us = (segment.span.end_us - segment.span.start_us) * milli_gpus;
  return {.kind = EntryKind::kGpuTime,
          .amount = GpuCharge(price, gpu_milli_us),
          .span = segment.span,
          .gpu_milli_us = gpu_milli_us,
          .unit_price_nanos = price};
}

Entry InvocationEntry(const Bill& bill) {
  const std::int64_t price = bill.invocation_nanos.value_or(0);
  return {.kind = EntryKind::kInvocation,
          .amount = FromNanos(price),
          .span = {bill.record.start_us, bill.record.end_us},
          .unit_price_nanos = price};
}

Entry CreditFor(Entry charge) {
  charge.kind = EntryKind::kCredit;
  charge.amount = -charge.amount;
  return charge;
}

// The other side of the customer lines: on kCredits of the credits, on kRevenue
// of the charges.
absl::StatusOr<Entry> Balance(const Bill& bill, Account account) {
  Entry balance{.account = account,
                .kind = EntryKind::kBalance,
                .span = {bill.record.start_us, bill.record.end_us}};
  const bool of_credits = account == Account::kCredits;
  for (const Entry& entry : bill.entries) {
    if (entry.account != Account::kCustomer) continue;
    if ((entry.kind == EntryKind::kCredit) != of_credits) continue;
    FURNACE_ASSIGN_OR_RETURN(balance.amount, Add(balance.amount, -entry.amount));
  }
  return balance;
}

}  // namespace

absl::StatusOr<Bill> MakeBill(UsageRecord record, const PriceList& prices) {
  Bill bill{.record = std::move(record)};
  const UsageRecord& of = bill.record;
  const bool credited = IsCredited(of.cause);
  for (const Span& span : CutAtHours({of.start_us, of.end_us})) {
    const Segment& segment = bill.segments.emplace_back(
        Segment{.span = span, .price_nanos = prices.GpuSecond(of.gpu_type, span.start_us)});
    bill.entries.push_back(GpuTimeEntry(segment, of.milli_gpus));
    if (credited) bill.entries.push_back(CreditFor(bill.entries.back()));
  }
  if (!credited) {
    bill.invocation_nanos = prices.Invocation(of.end_us);
    bill.entries.push_back(InvocationEntry(bill));
  }
  if (bill.entries.empty()) return bill;
  FURNACE_ASSIGN_OR_RETURN(const Entry revenue, Balance(bill, Account::kRevenue));
  bill.entries.push_back(revenue);
  if (credited) {
    FURNACE_ASSIGN_OR_RETURN(const Entry credits, Balance(bill, Account::kCredits));
    bill.entries.push_back(credits);
  }
  return bill;
}

}  // namespace furnace::metering
