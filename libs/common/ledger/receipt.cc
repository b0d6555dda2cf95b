#include "libs/common/ledger/receipt.h"

#include "libs/common/base/status.h"
#include "libs/common/ledger/merkle.h"

namespace furnace::ledger {
namespace {

absl::Status Broken(std::string_view what) {
  return Error(absl::StatusCode::kFailedPrecondition, "{}", what);
}

}  // namespace

absl::StatusOr<Statement> VerifyReceipt(const Receipt& receipt) {
  FURNACE_ASSIGN_OR_RETURN(Statement statement, ParseStatement(receipt.record));
  FURNACE_RETURN_IF_ERROR(CheckStatement(statement));
  FURNACE_ASSIGN_OR_RETURN(const LedgerPage page, ParseLedgerPage(receipt.transaction));
  FURNACE_RETURN_IF_ERROR(CheckLedgerPage(page));
  if (page.project_id != statement.project_id) {
    return Broken("the record is of another project than the transaction");
  }
  FURNACE_ASSIGN_OR_RETURN(const Hash root, RootFromPath(LeafHash(receipt.record), receipt.index,
                                                         page.records, receipt.path));
  if (root != page.root) return Broken("the path does not lead to the transaction's root");
  if (ChainHash(receipt.previous, receipt.transaction) != receipt.hash) {
    return Broken("the hash is not that of the transaction");
  }
  return statement;
}

absl::Status VerifyChain(const Hash& previous, std::span<const ChainLink> links) {
  Hash hash = previous;
  std::int64_t number = 0;
  for (const ChainLink& link : links) {
    FURNACE_ASSIGN_OR_RETURN(const LedgerPage page, ParseLedgerPage(link.transaction));
    FURNACE_RETURN_IF_ERROR(CheckLedgerPage(page));
    if (number != 0 && page.number != number + 1) return Broken("a transaction is missing");
    number = page.number;
    hash = ChainHash(hash, link.transaction);
    if (hash != link.hash) {
      return Error(absl::StatusCode::kFailedPrecondition,
                   "transaction {}: the hash does not follow from the one before", number);
    }
  }
  return absl::OkStatus();
}

absl::Status VerifyHead(const Receipt& receipt, const ChainHead& head) {
  FURNACE_ASSIGN_OR_RETURN(const LedgerPage page, ParseLedgerPage(receipt.transaction));
  const bool differs = (head.number == page.number && head.hash != receipt.hash) ||
                       (head.number == page.number - 1 && head.hash != receipt.previous);
  if (!differs) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition,
               "the chain's hash after transaction {} differs", head.number);
}

}  // namespace furnace::ledger
