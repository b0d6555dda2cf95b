#include "services/metering/domain/audit.h"

#include <fmt/format.h>

#include <algorithm>

#include "libs/common/base/status.h"
#include "services/metering/domain/names.h"

namespace furnace::metering {
namespace {

std::string Describe(const LedgerEntry& entry) {
  return fmt::format("{} {} of endpoint {} on '{}': {}", NameOf(entry.account), NameOf(entry.kind),
                     entry.endpoint_id, entry.gpu_type, ToString(entry.amount.value));
}

bool Has(const Transaction& transaction, const LedgerEntry& entry) {
  const auto& entries = transaction.entries;
  return std::find(entries.begin(), entries.end(), entry) != entries.end();
}

void CompareEntries(const Transaction& stored, const Transaction& remade,
                    std::vector<std::string>& found) {
  if (stored.entries == remade.entries) return;
  for (const LedgerEntry& entry : stored.entries) {
    if (!Has(remade, entry)) found.push_back("has an entry too many: " + Describe(entry));
  }
  for (const LedgerEntry& entry : remade.entries) {
    if (!Has(stored, entry)) found.push_back("lacks an entry: " + Describe(entry));
  }
}

std::vector<std::string> CompareBooks(const Transaction& stored, BillRefs bills,
                                      std::span<const Posting> postings) {
  std::vector<std::string> found;
  const absl::StatusOr<Transaction> remade = Sum(stored, bills, postings);
  if (!remade.ok()) return {std::string(remade.status().message())};
  if (remade->records != stored.records) {
    found.push_back(fmt::format("has {} records, not {}", remade->records, stored.records));
  }
  if (remade->root != stored.root) found.emplace_back("the records are not those it was made of");
  CompareEntries(stored, *remade, found);
  return found;
}

}  // namespace

std::vector<Difference> Compare(const ChainHead& before, const ChainedTransaction& stored,
                                BillRefs bills, std::span<const Posting> postings) {
  const Transaction& transaction = stored.transaction;
  std::vector<std::string> found = CompareBooks(transaction, bills, postings);
  if (transaction.number != before.number + 1) {
    found.push_back(fmt::format("comes after transaction {}", before.number));
  }
  if (Chain(before.hash, transaction).hash != stored.hash) {
    found.emplace_back("the hash does not follow from the one before");
  }
  std::vector<Difference> differences;
  for (std::string& what : found) differences.push_back({transaction.number, std::move(what)});
  return differences;
}

}  // namespace furnace::metering
