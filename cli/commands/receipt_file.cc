#include "cli/commands/receipt_file.h"

#include <fmt/format.h>

#include <utility>

#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "cli/rest/answer.h"
#include "libs/common/base/status.h"
#include "libs/common/ledger/text_reader.h"

namespace furnace::cli {
namespace {

absl::Status Contradicts(std::int64_t number) {
  return Error(absl::StatusCode::kFailedPrecondition,
               "the chain's hash after transaction {} differs", number);
}

absl::StatusOr<ledger::Receipt> ParseReceipt(const Answer& answer) {
  ledger::Receipt receipt{.record = answer.Text("record"),
                          .index = answer.Int("index"),
                          .transaction = answer.Text("transaction")};
  for (const std::string& hex : answer.Texts("path")) {
    FURNACE_ASSIGN_OR_RETURN(const ledger::Hash hash, ledger::ParseHash(hex));
    receipt.path.push_back(hash);
  }
  FURNACE_ASSIGN_OR_RETURN(receipt.previous, ledger::ParseHash(answer.Text("previous_hash")));
  FURNACE_ASSIGN_OR_RETURN(receipt.hash, ledger::ParseHash(answer.Text("hash")));
  return receipt;
}

// Before the first link of a chain: as a head of it says, or what the chain of a new project
// starts from; else it is not known, and the first link is taken as it is.
ledger::Hash StartOf(std::int64_t first, const std::vector<ledger::ChainHead>& heads) {
  for (const ledger::ChainHead& head : heads) {
    if (head.number == first - 1) return head.hash;
  }
  return {};
}

bool IsKnown(std::int64_t first, const std::vector<ledger::ChainHead>& heads) {
  for (const ledger::ChainHead& head : heads) {
    if (head.number == first - 1) return true;
  }
  return first == 1;
}

// That of what `heads` say, nothing contradicts the links from number `first` on.
absl::Status AgreeWithHeads(std::int64_t first, const std::vector<ledger::ChainLink>& chain,
                            const std::vector<ledger::ChainHead>& heads) {
  for (const ledger::ChainHead& head : heads) {
    const std::int64_t index = head.number - first;
    if (index < 0 || index >= static_cast<std::int64_t>(chain.size())) continue;
    if (chain[static_cast<std::size_t>(index)].hash != head.hash) return Contradicts(head.number);
  }
  return absl::OkStatus();
}

absl::Status VerifyInChain(const ledger::Receipt& receipt,
                           const std::vector<ledger::ChainHead>& heads,
                           const std::vector<ledger::ChainLink>& chain) {
  FURNACE_ASSIGN_OR_RETURN(const ledger::LedgerPage front,
                           ledger::ParseLedgerPage(chain.front().transaction));
  const bool known = IsKnown(front.number, heads);
  const std::span<const ledger::ChainLink> links(chain);
  FURNACE_RETURN_IF_ERROR(known ? ledger::VerifyChain(StartOf(front.number, heads), links)
                                : ledger::VerifyChain(chain.front().hash, links.subspan(1)));
  FURNACE_RETURN_IF_ERROR(AgreeWithHeads(front.number, chain, heads));
  for (const ledger::ChainLink& link : chain) {
    if (link.transaction == receipt.transaction && link.hash == receipt.hash) {
      return absl::OkStatus();
    }
  }
  return absl::FailedPreconditionError("the transaction is not part of the chain");
}

}  // namespace

absl::StatusOr<std::vector<ledger::Receipt>> ParseReceipts(const std::string& text) {
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, Answer::Parse(text));
  std::vector<ledger::Receipt> receipts;
  for (const Answer& item : answer.Items("receipts")) {
    const absl::StatusOr<ledger::Receipt> receipt = ParseReceipt(item);
    if (!receipt.ok()) {
      return Error(receipt.status().code(), "receipts[{}]: {}", receipts.size(),
                   ToStd(receipt.status().message()));
    }
    receipts.push_back(*receipt);
  }
  if (receipts.empty()) return absl::InvalidArgumentError("receipts: there are none");
  return receipts;
}

absl::StatusOr<std::vector<ledger::ChainLink>> ParseChain(const std::string& text) {
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, Answer::Parse(text));
  std::vector<ledger::ChainLink> chain;
  for (const Answer& item : answer.Items("transactions")) {
    FURNACE_ASSIGN_OR_RETURN(const ledger::Hash hash, ledger::ParseHash(item.Text("hash")));
    chain.push_back({.transaction = item.Text("text"), .hash = hash});
  }
  if (chain.empty()) return absl::InvalidArgumentError("transactions: there are none");
  return chain;
}

absl::StatusOr<ledger::ChainHead> ParseHead(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return absl::InvalidArgumentError("not NUMBER:HASH");
  ledger::ChainHead head;
  FURNACE_ASSIGN_OR_RETURN(head.number, ledger::ParseInt64(text.substr(0, colon)));
  FURNACE_ASSIGN_OR_RETURN(head.hash, ledger::ParseHash(text.substr(colon + 1)));
  return head;
}

absl::Status VerifyAll(const ledger::Receipt& receipt, const std::vector<ledger::ChainHead>& heads,
                       const std::vector<ledger::ChainLink>& chain) {
  FURNACE_RETURN_IF_ERROR(ledger::VerifyReceipt(receipt).status());
  for (const ledger::ChainHead& head : heads) {
    FURNACE_RETURN_IF_ERROR(ledger::VerifyHead(receipt, head));
  }
  return chain.empty() ? absl::OkStatus() : VerifyInChain(receipt, heads, chain);
}

absl::StatusOr<std::string> DescribeReceipt(const ledger::Receipt& receipt) {
  FURNACE_ASSIGN_OR_RETURN(const ledger::Statement statement,
                           ledger::ParseStatement(receipt.record));
  FURNACE_ASSIGN_OR_RETURN(const ledger::LedgerPage page,
                           ledger::ParseLedgerPage(receipt.transaction));
  ledger::AttoUsd total;
  Table table({"LINE", "START", "LENGTH", "PRICE", "AMOUNT"});
  for (const ledger::StatementLine& line : statement.lines) {
    FURNACE_ASSIGN_OR_RETURN(total, ledger::Add(total, line.amount));
    FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, ledger::ToNanos(line.amount));
    const bool timed = statement.form != ledger::StatementForm::kCorrection;
    table.Add({line.kind,
               timed ? absl::FormatTime(absl::RFC3339_sec, absl::FromUnixMicros(line.start_us),
                                        absl::UTCTimeZone())
                     : "-",
               FormatMicros(line.end_us - line.start_us),
               line.price ? FormatNanos(*line.price) : "-", FormatNanos(nanos)});
  }
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, ledger::ToNanos(total));
  return fmt::format("{} {} epoch {}: {} in transaction {}, chain hash {}\n{}", statement.kind,
                     statement.job_id, statement.epoch, FormatNanos(nanos), page.number,
                     ledger::ToHex(receipt.hash), table.ToString());
}

}  // namespace furnace::cli
