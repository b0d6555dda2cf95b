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

std::vector<const Bill*> BillsOfNumber(const std::vector<BookedBill>& bills, std::int64_t number) {
  std::vector<const Bill*> of_number;
  const auto before = [](const BookedBill& booked, std::int64_t wanted) {
    return booked.place.transaction < wanted;
  };
  auto at = std::lower_bound(bills.begin(), bills.end(), number, before);
  for (; at != bills.end() && at->place.transaction == number; ++at) of_number.push_back(&at->bill);
  return of_number;
}

// Compares one transaction and counts it.
void Take(const ChainHead& before, const ChainedTransaction& stored, BillRefs bills,
          AuditReport& report) {
  for (Difference& difference : Compare(before, stored, bills)) {
    if (report.differences.size() < kMaxDifferences) {
      report.differences.push_back(std::move(difference));
    }
  }
  ++report.transactions;
  report.records += static_cast<std::int64_t>(bills.size());
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

absl::StatusOr<ledger::Receipt> LedgerReader::MakeReceipt(const std::string& project_id,
                                                          const BookedBill& booked) {
  const std::int64_t number = booked.place.transaction;
  FURNACE_ASSIGN_OR_RETURN(const ChainHead before, HeadAfter(project_id, number - 1));
  FURNACE_ASSIGN_OR_RETURN(const auto found, ledger_.Transactions(project_id, number - 1, 1));
  if (found.empty()) return absl::InternalError("the transaction of a record is missing");
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedBill> bills,
                           ledger_.BillsOf(project_id, number, number));
  ledger::Receipt receipt{.record = CanonicalText(booked.bill),
                          .transaction = CanonicalText(found[0].transaction),
                          .previous = before.hash,
                          .hash = found[0].hash};
  std::vector<Hash> leaves;
  for (const BookedBill& each : bills) {
    if (each.place < booked.place) ++receipt.index;
    leaves.push_back(ledger::LeafHash(CanonicalText(each.bill)));
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
  std::vector<ledger::Receipt> receipts;
  for (const BookedBill& booked : bills) {
    FURNACE_ASSIGN_OR_RETURN(ledger::Receipt receipt, MakeReceipt(project_id, booked));
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
  FURNACE_ASSIGN_OR_RETURN(
      chunk.bills, ledger_.BillsOf(project_id, chunk.transactions.front().transaction.number,
                                   chunk.transactions.back().transaction.number));
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
        Take(report.last, stored, BillsOfNumber(chunk.bills, number), report);
      }
      report.last = {.number = number, .hash = stored.hash};
    }
    if (report.complete) break;
  }
  return report;
}

}  // namespace furnace::metering
