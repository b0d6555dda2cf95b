#include "services/metering/domain/invoice_charges.h"

#include <algorithm>
#include <limits>

#include "libs/common/base/status.h"
#include "services/metering/domain/month.h"
#include "services/metering/domain/names.h"

namespace furnace::metering {
namespace {

// Before any usage.
constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

std::int64_t TimeOf(const Bill& bill, const Entry& entry) {
  return entry.kind == EntryKind::kInvocation ? bill.record.end_us : entry.span.start_us;
}

Int128 QuantityOf(const Entry& entry) {
  switch (entry.kind) {
    case EntryKind::kInvocation: return 1;
    case EntryKind::kStorage: return entry.byte_us;
    default: return entry.gpu_milli_us;
  }
}

}  // namespace

bool InvoiceCharges::IsBetweenCuts(std::int64_t number, std::int64_t time_us) const {
  if (number > last_ || time_us >= period_.end_us) return false;
  return number > before_.transaction || time_us >= before_.end_us;
}

absl::Status InvoiceCharges::Add(const Key& key, Int128 quantity, AttoUsd amount, Span used) {
  const auto [found, is_new] = sums_.try_emplace(key, Sum{.used = used});
  Sum& sum = found->second;
  sum.quantity += quantity;
  FURNACE_ASSIGN_OR_RETURN(sum.amount, metering::Add(sum.amount, amount));
  sum.used = {std::min(sum.used.start_us, used.start_us), std::max(sum.used.end_us, used.end_us)};
  return absl::OkStatus();
}

absl::Status InvoiceCharges::Take(std::int64_t number, const Bill& bill) {
  for (const Entry& entry : bill.entries) {
    if (entry.account != Account::kCustomer) continue;
    const std::int64_t time_us = TimeOf(bill, entry);
    if (time_us >= period_.end_us) open_from_ = std::min(open_from_.value_or(number), number);
    if (!IsBetweenCuts(number, time_us)) continue;
    const bool late = time_us < period_.start_us;
    const Key key = {late ? LineSection::kLate : LineSection::kUsage,
                     late ? MonthAt(time_us).start_us : 0,
                     bill.record.endpoint_id,
                     bill.record.gpu_type,
                     entry.kind,
                     entry.price_nanos};
    FURNACE_RETURN_IF_ERROR(Add(key, QuantityOf(entry), entry.amount, entry.span));
  }
  return absl::OkStatus();
}

absl::Status InvoiceCharges::Take(const Transaction& transaction) {
  if (BooksUsage(transaction) || !IsBetweenCuts(transaction.number, kNoTime)) {
    return absl::OkStatus();
  }
  for (const LedgerEntry& entry : transaction.entries) {
    if (entry.account != Account::kCustomer) continue;
    const Key key = {LineSection::kCorrection, 0,          entry.endpoint_id,
                     entry.gpu_type,           entry.kind, entry.price_nanos};
    FURNACE_RETURN_IF_ERROR(Add(key, entry.quantity, entry.amount, period_));
  }
  return absl::OkStatus();
}

std::vector<Charge> InvoiceCharges::Charges() const {
  std::vector<Charge> charges;
  for (const auto& [key, sum] : sums_) {
    charges.push_back({.kind = std::get<4>(key),
                       .endpoint_id = std::get<2>(key),
                       .gpu_type = std::get<3>(key),
                       .price_nanos = std::get<5>(key),
                       .quantity = sum.quantity,
                       .amount = sum.amount});
  }
  return charges;
}

std::vector<InvoiceLine> InvoiceCharges::Lines() const {
  std::vector<InvoiceLine> lines;
  for (const auto& [key, sum] : sums_) {
    lines.push_back({.section = std::get<0>(key),
                     .kind = std::string(NameOf(std::get<4>(key))),
                     .endpoint_id = std::get<2>(key),
                     .gpu_type = std::get<3>(key),
                     .price_nanos = std::get<5>(key),
                     .quantity = sum.quantity,
                     .used = sum.used,
                     .amount = sum.amount});
  }
  return lines;
}

InvoiceCut InvoiceCharges::Cut() const {
  return {.transaction = last_,
          .end_us = period_.end_us,
          .open_from = std::min(open_from_.value_or(last_ + 1), last_ + 1)};
}

}  // namespace furnace::metering
