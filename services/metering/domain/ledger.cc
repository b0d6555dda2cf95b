#include "services/metering/domain/ledger.h"

#include <map>
#include <tuple>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/ledger/merkle.h"
#include "services/metering/domain/canonical.h"

namespace furnace::metering {
namespace {

using SumKey =
    std::tuple<Account, EntryKind, std::string_view, std::string_view, std::optional<std::int64_t>>;

struct Total {
  Int128 quantity = 0;
  AttoUsd amount = {};
};

SumKey KeyOf(const UsageRecord& record, const Entry& entry) {
  if (entry.kind == EntryKind::kBalance) return {entry.account, entry.kind, "", "", std::nullopt};
  return {entry.account, entry.kind, record.endpoint_id, record.gpu_type, entry.price_nanos};
}

Int128 QuantityOf(const Entry& entry) {
  switch (entry.kind) {
    case EntryKind::kInvocation: return 1;
    case EntryKind::kStorage: return entry.byte_us;
    default: return entry.gpu_milli_us;
  }
}

absl::StatusOr<std::map<SumKey, Total>> TotalsOf(BillRefs bills) {
  std::map<SumKey, Total> totals;
  for (const Bill* bill : bills) {
    for (const Entry& entry : bill->entries) {
      Total& total = totals[KeyOf(bill->record, entry)];
      total.quantity += QuantityOf(entry);
      FURNACE_ASSIGN_OR_RETURN(total.amount, Add(total.amount, entry.amount));
    }
  }
  return totals;
}

}  // namespace

absl::StatusOr<Transaction> Sum(Transaction header, BillRefs bills) {
  std::vector<Hash> leaves;
  leaves.reserve(bills.size());
  for (const Bill* bill : bills) leaves.push_back(ledger::LeafHash(CanonicalText(*bill)));
  header.records = static_cast<std::int64_t>(bills.size());
  header.root = ledger::RootOf(leaves);
  header.entries.clear();
  FURNACE_ASSIGN_OR_RETURN(const auto totals, TotalsOf(bills));
  for (const auto& [key, total] : totals) {
    header.entries.push_back({.account = std::get<0>(key),
                              .kind = std::get<1>(key),
                              .endpoint_id = std::string(std::get<2>(key)),
                              .gpu_type = std::string(std::get<3>(key)),
                              .price_nanos = std::get<4>(key),
                              .quantity = total.quantity,
                              .amount = total.amount});
  }
  return header;
}

ChainedTransaction Chain(const Hash& previous, Transaction transaction) {
  const Hash hash = ledger::ChainHash(previous, CanonicalText(transaction));
  return {std::move(transaction), hash};
}

}  // namespace furnace::metering
