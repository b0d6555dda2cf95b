#include "services/metering/app/ledger_lines.h"

namespace furnace::metering {
namespace {

constexpr int kLineBits = 10;
constexpr int kPositionBits = 10;

// A lease of eight days touches 193 hours, and each may be charged and credited.
static_assert(2 * (kMaxLeaseUs / kHourUs + 1) + 1 < 1 << kLineBits);
static_assert(kMaxRecordsOfTransaction <= 1 << kPositionBits);

std::int64_t IdOf(Place place, std::int64_t line) {
  return (place.transaction << kPositionBits | place.position) << kLineBits | line;
}

}  // namespace

std::vector<LedgerLine> LinesOf(const BookedBill& booked) {
  const UsageRecord& record = booked.bill.record;
  std::vector<LedgerLine> lines;
  for (const Entry& entry : booked.bill.entries) {
    if (entry.account != Account::kCustomer) continue;
    lines.push_back({.id = IdOf(booked.place, static_cast<std::int64_t>(lines.size())),
                     .recorded_us = booked.recorded_us,
                     .transaction = booked.place.transaction,
                     .key = record.key,
                     .endpoint_id = record.endpoint_id,
                     .gpu_type = record.gpu_type,
                     .entry = entry});
  }
  return lines;
}

Place PlaceOfLine(std::int64_t id) {
  const std::int64_t record = id >> kLineBits;
  return {record >> kPositionBits, static_cast<int>(record & ((1 << kPositionBits) - 1))};
}

}  // namespace furnace::metering
