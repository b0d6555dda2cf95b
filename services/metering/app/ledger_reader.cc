#include "services/metering/app/ledger_reader.h"

#include <algorithm>
#include <future>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/ledger/merkle.h"
#include "services/metering/domain/canonical.h"

namespace furnace::metering {
namespace {

// Transactions whose records are in memory at a time.
constexpr int kAuditedAtOnce = 10;

// Those of `all`, which are sorted by place, that transaction `number` books.
template <typename Booked>
std::span<const Booked> OfNumber(const std::vector<Booked>& all, std::int64_t number) {
  const auto place = [](const Booked& booked) { return booked.place.transaction; };
  const auto range = std::ranges::equal_range(all, number, {}, place);
  return {range.begin(), range.end()};
}

std::vector<const Bill*> BillsIn(std::span<const BookedBill> booked) {
  std::vector<const Bill*> bills;
  for (const BookedBill& each : booked) bills.push_back(&each.bill);
  return bills;
}

std::vector<Posting> PostingsIn(std::span<const BookedPosting> booked) {
  std::vector<Posting> postings;
  for (const BookedPosting& each : booked) postings.push_back(each.posting);
  return postings;
}

// Compares one transaction and counts it.
void Take(const ChainHead& before, const ChainedTransaction& stored, BillRefs bills,
          std::span<const Posting> postings, AuditReport& report) {
  for (Difference& difference : Compare(before, stored, bills, postings)) {
    if (report.differences.size() < kMaxDifferences) {
      report.differences.push_back(std::move(difference));
    }
  }
  ++report.transactions;
  report.records += static_cast<std::int64_t>(bills.size() + postings.size());
  for (const Bill* bill : bills) {
    report.segments += static_cast<std::int64_t>(bill->segments.size());
  }
}

bool IsIn(Span period, const Transaction& transaction) {
  return period.start_us <= transaction.time_us && transaction.time_us < period.end_us;
}

}  // namespace

absl::StatusOr<ChainHead> LedgerReader::HeadAfter(const std::string& project_id,
                                                  std::int64_t number) {
  if (number < 1) return ChainHead{};
  FURNACE_ASSIGN_OR_RETURN(const auto found, ledger_.Transactions(project_id, number - 1, 1));
  if (found.empty() || found[0].transaction.number != number) {
    return Error(absl::StatusCode::kNotFound, "there is no transaction {}", number);
  }
  return ChainHead{.number = number, .hash = found[0].hash};
}

absl::StatusOr<std::vector<LedgerReader::Leaf>> LedgerReader::LeavesOf(
    const Transaction& transaction) {
  const std::int64_t number = transaction.number;
  std::vector<Leaf> leaves;
  if (BooksUsage(transaction)) {
    FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedBill> bills,
                             ledger_.BillsOf(transaction.project_id, number, number));
    for (const BookedBill& each : bills) leaves.push_back({each.place, CanonicalText(each.bill)});
    return leaves;
  }
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedPosting> postings,
                           ledger_.PostingsOf(transaction.project_id, number, number));
  for (const BookedPosting& each : postings) leaves.push_back({each.place, each.posting.text});
  return leaves;
}

absl::StatusOr<ledger::Receipt> LedgerReader::MakeReceipt(const std::string& project_id,
                                                          const Leaf& leaf) {
  const std::int64_t number = leaf.place.transaction;
  FURNACE_ASSIGN_OR_RETURN(const ChainHead before, HeadAfter(project_id, number - 1));
  FURNACE_ASSIGN_OR_RETURN(const auto found, ledger_.Transactions(project_id, number - 1, 1));
  if (found.empty()) return absl::InternalError("the transaction of a record is missing");
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Leaf> all, LeavesOf(found[0].transaction));
  ledger::Receipt receipt{.record = leaf.text,
                          .transaction = CanonicalText(found[0].transaction),
                          .previous = before.hash,
                          .hash = found[0].hash};
  std::vector<Hash> leaves;
  for (const Leaf& each : all) {
    if (each.place < leaf.place) ++receipt.index;
    leaves.push_back(ledger::LeafHash(each.text));
  }
  receipt.path = ledger::PathOf(leaves, static_cast<std::size_t>(receipt.index));
  return receipt;
}

absl::StatusOr<std::vector<ledger::Receipt>> LedgerReader::Receipts(const std::string& project_id,
                                                                    const std::string& job_id) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedBill> bills,
                           ledger_.BillsOfJob(project_id, job_id, kMaxReceipts));
  if (bills.empty()) {
    return Error(absl::StatusCode::kNotFound, "the ledger has nothing of job {}", job_id);
  }
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedPosting> postings,
                           ledger_.PostingsOfJob(project_id, job_id, kMaxReceipts));
  std::vector<Leaf> leaves;
  for (const BookedBill& each : bills) leaves.push_back({each.place, CanonicalText(each.bill)});
  for (const BookedPosting& each : postings) leaves.push_back({each.place, each.posting.text});
  std::ranges::sort(leaves, {}, &Leaf::place);
  std::vector<ledger::Receipt> receipts;
  for (const Leaf& leaf : leaves) {
    FURNACE_ASSIGN_OR_RETURN(ledger::Receipt receipt, MakeReceipt(project_id, leaf));
    receipts.push_back(std::move(receipt));
  }
  return receipts;
}

absl::StatusOr<LedgerReader::Chunk> LedgerReader::Load(const std::string& project_id,
                                                       std::int64_t after) {
  Chunk chunk;
  FURNACE_ASSIGN_OR_RETURN(chunk.transactions,
                           ledger_.Transactions(project_id, after, kAuditedAtOnce));
  if (chunk.transactions.empty()) return chunk;
  const std::int64_t first = chunk.transactions.front().transaction.number;
  const std::int64_t last = chunk.transactions.back().transaction.number;
  FURNACE_ASSIGN_OR_RETURN(chunk.bills, ledger_.BillsOf(project_id, first, last));
  FURNACE_ASSIGN_OR_RETURN(chunk.postings, ledger_.PostingsOf(project_id, first, last));
  return chunk;
}

absl::StatusOr<AuditReport> LedgerReader::Audit(const std::string& project_id, Span period,
                                                std::int64_t after) {
  AuditReport report;
  FURNACE_ASSIGN_OR_RETURN(report.last, HeadAfter(project_id, after));
  // The database reads the next ones while these are compared.
  const auto load = [&](std::int64_t number) {
    return std::async(std::launch::async,
                      [this, &project_id, number] { return Load(project_id, number); });
  };
  auto next = load(after);
  for (int audited = 0; audited < kMaxAudited; audited += kAuditedAtOnce) {
    FURNACE_ASSIGN_OR_RETURN(const Chunk chunk, next.get());
    report.complete = chunk.transactions.size() < kAuditedAtOnce;
    if (!report.complete && audited + kAuditedAtOnce < kMaxAudited) {
      next = load(chunk.transactions.back().transaction.number);
    }
    for (const ChainedTransaction& stored : chunk.transactions) {
      const std::int64_t number = stored.transaction.number;
      if (IsIn(period, stored.transaction)) {
        Take(report.last, stored, BillsIn(OfNumber(chunk.bills, number)),
             PostingsIn(OfNumber(chunk.postings, number)), report);
      }
      report.last = {.number = number, .hash = stored.hash};
    }
    if (report.complete) break;
  }
  return report;
}

}  // namespace furnace::metering
