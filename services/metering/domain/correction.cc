#include "services/metering/domain/correction.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/metering/domain/canonical.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxGpuTypeLength = 64;

absl::Status Invalid(std::string_view field, std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "{}: {}", field, what);
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

absl::Status CheckRecord(const Correction& correction) {
  if (correction.key.job_id.empty()) {
    if (correction.key.epoch != 0) return Invalid("epoch", "only together with job_id");
    return absl::OkStatus();
  }
  if (!IsUuid(correction.key.job_id)) return Invalid("job_id", "not a UUID");
  if (correction.key.epoch < 1) return Invalid("epoch", "must be at least 1");
  if (!correction.endpoint_id.empty() || !correction.gpu_type.empty()) {
    return Invalid("job_id", "not together with endpoint_id and gpu_type, which the record has");
  }
  return absl::OkStatus();
}

absl::Status CheckTexts(const Correction& correction) {
  if (!correction.endpoint_id.empty() && !IsUuid(correction.endpoint_id)) {
    return Invalid("endpoint_id", "not a UUID");
  }
  if (correction.gpu_type.size() > kMaxGpuTypeLength || !IsPrintable(correction.gpu_type) ||
      correction.gpu_type.find(' ') != std::string::npos) {
    return Invalid("gpu_type", "must be at most 64 printable ASCII characters without spaces");
  }
  if (correction.note.empty() || correction.note.size() > kMaxNoteLength ||
      !IsPrintable(correction.note)) {
    return Invalid("reason", "must be 1 to 256 printable ASCII characters");
  }
  if (correction.reference.size() > kMaxReferenceLength || !IsPrintable(correction.reference)) {
    return Invalid("reference", "must be at most 128 printable ASCII characters");
  }
  return absl::OkStatus();
}

// The entry that takes `entry` back.
Entry Reversed(Entry entry) {
  entry.reversed = true;
  entry.gpu_milli_us = -entry.gpu_milli_us;
  entry.byte_us = -entry.byte_us;
  entry.amount = -entry.amount;
  return entry;
}

}  // namespace

absl::Status CheckCorrection(const Correction& correction) {
  if (!IsUuid(correction.id)) return Invalid("id", "not a UUID");
  if (!IsUuid(correction.project_id)) return Invalid("project_id", "not a UUID");
  FURNACE_RETURN_IF_ERROR(CheckRecord(correction));
  FURNACE_RETURN_IF_ERROR(CheckTexts(correction));
  const Int128 most = FromNanos(kMaxCorrectionNanos).value;
  if (correction.amount.value < -most || correction.amount.value > most) {
    return Invalid("amount_nanos", "must be at most 1,000,000 USD");
  }
  if (correction.amount.value == 0 && correction.key.job_id.empty()) {
    return Invalid("amount_nanos", "must be given, or job_id and epoch of a record to take back");
  }
  return absl::OkStatus();
}

Rating RatingOf(const Bill& bill) {
  Rating rating{.invocation_nanos = bill.invocation_nanos};
  for (const Segment& segment : bill.segments) rating.prices.push_back(segment.price_nanos);
  return rating;
}

Rating RateAgain(const Bill& bill, const PriceList& prices, Span period, std::int64_t now_us) {
  Rating rating = RatingOf(bill);
  const auto is_in = [&](std::int64_t time_us) {
    return period.start_us <= time_us && time_us < period.end_us;
  };
  for (std::size_t i = 0; i < bill.segments.size(); ++i) {
    if (!is_in(bill.segments[i].span.start_us)) continue;
    rating.prices[i] = PriceOfTime(bill.record, prices, now_us);
  }
  if (is_in(bill.record.end_us)) {
    rating.invocation_nanos = PriceOfInvocation(bill.record, prices, now_us);
  }
  return rating;
}

Posting PostingOf(const Correction& correction) {
  Posting posting{.text = CanonicalText(correction),
                  .key = correction.key,
                  .endpoint_id = correction.endpoint_id,
                  .gpu_type = correction.gpu_type};
  posting.entries.push_back({.kind = EntryKind::kCorrection, .amount = correction.amount});
  posting.entries.push_back(
      {.account = Account::kRevenue, .kind = EntryKind::kBalance, .amount = -correction.amount});
  return posting;
}

absl::StatusOr<Posting> PostingOf(const Rerating& rerating) {
  const UsageRecord& record = rerating.record;
  FURNACE_ASSIGN_OR_RETURN(const Bill before, RemakeBill(record, rerating.before.prices,
                                                         rerating.before.invocation_nanos));
  FURNACE_ASSIGN_OR_RETURN(
      const Bill after, RemakeBill(record, rerating.after.prices, rerating.after.invocation_nanos));
  Posting posting{
      .key = record.key, .endpoint_id = record.endpoint_id, .gpu_type = record.gpu_type};
  // Both are of one record: they have the same lines in the same order.
  for (std::size_t i = 0; i < before.entries.size(); ++i) {
    const Entry& old_entry = before.entries[i];
    const Entry& new_entry = after.entries[i];
    if (old_entry.price_nanos == new_entry.price_nanos && old_entry.amount == new_entry.amount) {
      continue;
    }
    posting.entries.push_back(Reversed(old_entry));
    posting.entries.push_back(new_entry);
  }
  posting.text = CanonicalText(record, posting.entries);
  return posting;
}

absl::StatusOr<AttoUsd> OwedBy(const std::vector<Entry>& entries) {
  AttoUsd owed;
  for (const Entry& entry : entries) {
    if (entry.account != Account::kCustomer) continue;
    FURNACE_ASSIGN_OR_RETURN(owed, Add(owed, entry.amount));
  }
  return owed;
}

}  // namespace furnace::metering
