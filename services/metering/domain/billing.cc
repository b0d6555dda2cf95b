#include "services/metering/domain/billing.h"

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

PriceUnit UnitOf(UsageKind kind) {
  switch (kind) {
    case UsageKind::kWorker: return PriceUnit::kWarmGpuSecond;
    case UsageKind::kStorage: return PriceUnit::kGbMonth;
    case UsageKind::kAttempt:
    case UsageKind::kPart:
    case UsageKind::kRefund:
    case UsageKind::kInstance: break;
  }
  return PriceUnit::kGpuSecond;
}

PriceScope ScopeOf(const UsageRecord& record) {
  return {.gpu_type = record.gpu_type,
          .project_id = record.project_id,
          .region = record.region,
          .tier = record.tier};
}

bool IsInvocation(const UsageRecord& record) {
  return record.kind == UsageKind::kAttempt && !IsCredited(record.cause);
}

Entry ChargeFor(const UsageRecord& record, const Segment& segment) {
  const std::int64_t length_us = segment.span.end_us - segment.span.start_us;
  const std::int64_t price = segment.price_nanos.value_or(0);
  Entry entry{.span = segment.span, .price_nanos = segment.price_nanos};
  if (record.kind == UsageKind::kStorage) {
    entry.kind = EntryKind::kStorage;
    entry.byte_us = static_cast<Int128>(length_us) * record.bytes;
    entry.amount = StorageCharge(price, entry.byte_us);
    return entry;
  }
  entry.kind = record.covered ? EntryKind::kCovered : EntryKind::kGpuTime;
  entry.gpu_milli_us = length_us * record.milli_gpus;
  entry.amount = GpuCharge(price, entry.gpu_milli_us);
  return entry;
}

Entry InvocationEntry(const Bill& bill) {
  return {.kind = EntryKind::kInvocation,
          .amount = FromNanos(bill.invocation_nanos.value_or(0)),
          .span = {bill.record.start_us, bill.record.end_us},
          .price_nanos = bill.invocation_nanos};
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

// Enters what `bill`'s segments and invocation say.
absl::StatusOr<Bill> WithEntries(Bill bill) {
  const UsageRecord& record = bill.record;
  const bool charged = record.kind != UsageKind::kRefund;
  const bool credited = IsCredited(record.cause) && !record.covered;
  for (const Segment& segment : bill.segments) {
    const Entry charge = ChargeFor(record, segment);
    if (charged) bill.entries.push_back(charge);
    if (credited) bill.entries.push_back(CreditFor(charge));
  }
  if (IsInvocation(record)) bill.entries.push_back(InvocationEntry(bill));
  if (bill.entries.empty()) return bill;
  if (charged) {
    FURNACE_ASSIGN_OR_RETURN(const Entry revenue, Balance(bill, Account::kRevenue));
    bill.entries.push_back(revenue);
  }
  if (credited) {
    FURNACE_ASSIGN_OR_RETURN(const Entry credits, Balance(bill, Account::kCredits));
    bill.entries.push_back(credits);
  }
  return bill;
}

}  // namespace

std::optional<std::int64_t> PriceOfTime(const UsageRecord& record, const PriceList& prices,
                                        std::int64_t time_us) {
  if (record.covered) return 0;
  return prices.At(UnitOf(record.kind), ScopeOf(record), time_us);
}

std::optional<std::int64_t> PriceOfInvocation(const UsageRecord& record, const PriceList& prices,
                                              std::int64_t time_us) {
  if (!IsInvocation(record)) return std::nullopt;
  PriceScope scope = ScopeOf(record);
  scope.gpu_type = "";
  return prices.At(PriceUnit::kInvocation, scope, time_us);
}

absl::StatusOr<Bill> MakeBill(UsageRecord record, const PriceList& prices) {
  Bill bill{.record = std::move(record)};
  const UsageRecord& of = bill.record;
  for (const Span& span : CutAtHours({of.start_us, of.end_us})) {
    bill.segments.push_back({.span = span, .price_nanos = PriceOfTime(of, prices, span.start_us)});
  }
  bill.invocation_nanos = PriceOfInvocation(of, prices, of.end_us);
  return WithEntries(std::move(bill));
}

absl::StatusOr<Bill> RemakeBill(UsageRecord record,
                                const std::vector<std::optional<std::int64_t>>& prices,
                                std::optional<std::int64_t> invocation_nanos) {
  Bill bill{.record = std::move(record), .invocation_nanos = invocation_nanos};
  const std::vector<Span> spans = CutAtHours({bill.record.start_us, bill.record.end_us});
  if (spans.size() != prices.size()) {
    return Error(absl::StatusCode::kInvalidArgument, "{} prices for {} hours", prices.size(),
                 spans.size());
  }
  for (std::size_t i = 0; i < spans.size(); ++i) {
    bill.segments.push_back({.span = spans[i], .price_nanos = prices[i]});
  }
  return WithEntries(std::move(bill));
}

}  // namespace furnace::metering
