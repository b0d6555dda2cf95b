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

// `source` is what the entry is of: a record or a posting.
template <typename Source>
SumKey KeyOf(const Source& source, const Entry& entry) {
  if (entry.kind == EntryKind::kBalance) return {entry.account, entry.kind, "", "", std::nullopt};
  return {entry.account, entry.kind, source.endpoint_id, source.gpu_type, entry.price_nanos};
}

Int128 QuantityOf(const Entry& entry) {
  switch (entry.kind) {
    case EntryKind::kInvocation: return entry.reversed ? -1 : 1;
    case EntryKind::kStorage: return entry.byte_us;
    default: return entry.gpu_milli_us;
  }
}

using Totals = std::map<SumKey, Total>;

template <typename Source>
absl::Status AddTo(Totals& totals, const Source& source, const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    Total& total = totals[KeyOf(source, entry)];
    total.quantity += QuantityOf(entry);
    FURNACE_ASSIGN_OR_RETURN(total.amount, Add(total.amount, entry.amount));
  }
  return absl::OkStatus();
}

absl::StatusOr<Totals> TotalsOf(BillRefs bills, std::span<const Posting> postings) {
  Totals totals;
  for (const Bill* bill : bills) {
    FURNACE_RETURN_IF_ERROR(AddTo(totals, bill->record, bill->entries));
  }
  for (const Posting& posting : postings) {
    FURNACE_RETURN_IF_ERROR(AddTo(totals, posting, posting.entries));
  }
  return totals;
}

}  // namespace

bool BooksUsage(const Transaction& transaction) {
  return transaction.reason == kReasonUsage || transaction.reason == kReasonOpening;
}

absl::StatusOr<Transaction> Sum(Transaction header, BillRefs bills,
                                std::span<const Posting> postings) {
  std::vector<Hash> leaves;
  leaves.reserve(bills.size() + postings.size());
  for (const Bill* bill : bills) leaves.push_back(ledger::LeafHash(CanonicalText(*bill)));
  for (const Posting& posting : postings) leaves.push_back(ledger::LeafHash(posting.text));
  header.records = static_cast<std::int64_t>(leaves.size());
  header.root = ledger::RootOf(leaves);
  header.entries.clear();
  FURNACE_ASSIGN_OR_RETURN(const Totals totals, TotalsOf(bills, postings));
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
