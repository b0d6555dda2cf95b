#include "services/metering/app/ledger_lines.h"

namespace furnace::metering {
namespace {

constexpr int kLineBits = 10;
constexpr int kPositionBits = 10;

// A lease of eight days touches 193 hours, and each may be charged and credited; rated again,
// both may be taken back and booked anew.
static_assert(2 * (2 * (kMaxLeaseUs / kHourUs + 1) + 1) < 1 << kLineBits);
static_assert(kMaxRecordsOfTransaction <= 1 << kPositionBits);

std::int64_t IdOf(Place place, std::int64_t line) {
  return (place.transaction << kPositionBits | place.position) << kLineBits | line;
}

// `source` is what `entries` are of: a record or a posting.
template <typename Source>
std::vector<LedgerLine> Lines(Place place, std::int64_t recorded_us, const Source& source,
                              const std::vector<Entry>& entries) {
  std::vector<LedgerLine> lines;
  for (const Entry& entry : entries) {
    if (entry.account != Account::kCustomer) continue;
    lines.push_back({.id = IdOf(place, static_cast<std::int64_t>(lines.size())),
                     .recorded_us = recorded_us,
                     .transaction = place.transaction,
                     .key = source.key,
                     .endpoint_id = source.endpoint_id,
                     .gpu_type = source.gpu_type,
                     .entry = entry});
  }
  return lines;
}

}  // namespace

std::vector<LedgerLine> LinesOf(const BookedBill& booked) {
  return Lines(booked.place, booked.recorded_us, booked.bill.record, booked.bill.entries);
}

std::vector<LedgerLine> LinesOf(const BookedPosting& booked) {
  return Lines(booked.place, booked.recorded_us, booked.posting, booked.posting.entries);
}

std::int64_t FirstLineOf(Place place) { return IdOf(place, 0); }

Place PlaceOfLine(std::int64_t id) {
  const std::int64_t record = id >> kLineBits;
  return {record >> kPositionBits, static_cast<int>(record & ((1 << kPositionBits) - 1))};
}

}  // namespace furnace::metering
