#include "services/metering/app/correction_steps.h"

#include <fmt/format.h>

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

// Adds a record that is rated anew as `after`.
absl::Status AddTo(RerateBatch& batch, const Bill& bill, Rating after) {
  Rerating rerating{.record = bill.record, .before = RatingOf(bill), .after = std::move(after)};
  FURNACE_ASSIGN_OR_RETURN(Posting posting, PostingOf(rerating));
  FURNACE_ASSIGN_OR_RETURN(const AttoUsd owed, OwedBy(posting.entries));
  FURNACE_ASSIGN_OR_RETURN(batch.outcome.difference, Add(batch.outcome.difference, owed));
  FURNACE_ASSIGN_OR_RETURN(
      Bill rated, RemakeBill(bill.record, rerating.after.prices, rerating.after.invocation_nanos));
  batch.reratings.push_back(std::move(rerating));
  batch.postings.push_back(std::move(posting));
  batch.bills.push_back(std::move(rated));
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSame(const Correction& asked, const Correction& booked) {
  Correction expected = booked;
  if (asked.amount.value == 0) expected.amount = asked.amount;
  if (!asked.key.job_id.empty()) {
    expected.endpoint_id = asked.endpoint_id;
    expected.gpu_type = asked.gpu_type;
  }
  if (asked == expected) return absl::OkStatus();
  return Error(absl::StatusCode::kAlreadyExists, "id: {} is another correction", asked.id);
}

absl::Status NoSuchRecord(const Correction& correction) {
  return Error(absl::StatusCode::kNotFound, "the project has no record of job {} epoch {}",
               correction.key.job_id, correction.key.epoch);
}

absl::StatusOr<Correction> Resolve(Correction correction, const Bill& bill, AttoUsd corrected) {
  correction.endpoint_id = bill.record.endpoint_id;
  correction.gpu_type = bill.record.gpu_type;
  if (correction.amount.value != 0) return correction;
  FURNACE_ASSIGN_OR_RETURN(const AttoUsd booked, OwedBy(bill.entries));
  FURNACE_ASSIGN_OR_RETURN(const AttoUsd owed, Add(booked, corrected));
  if (owed.value == 0) {
    return Error(absl::StatusCode::kFailedPrecondition, "nothing is owed for job {} epoch {}",
                 correction.key.job_id, correction.key.epoch);
  }
  correction.amount = -owed;
  return correction;
}

absl::StatusOr<RerateBatch> RateBatch(const RerateStep& step, const PriceList& prices,
                                      std::span<const BookedBill> bills) {
  RerateBatch batch{.outcome = {.records = static_cast<std::int64_t>(bills.size()),
                                .complete = bills.size() < static_cast<std::size_t>(step.limit)}};
  if (!bills.empty()) batch.outcome.last = bills.back().place;
  std::vector<const Bill*> before;
  for (const BookedBill& booked : bills) {
    Rating after = RateAgain(booked.bill, prices, step.period, step.now_us);
    if (after == RatingOf(booked.bill)) continue;
    FURNACE_RETURN_IF_ERROR(AddTo(batch, booked.bill, std::move(after)));
    before.push_back(&booked.bill);
  }
  std::vector<const Bill*> now;
  for (const Bill& bill : batch.bills) now.push_back(&bill);
  FURNACE_ASSIGN_OR_RETURN(batch.hours, SumChanges(before, now));
  batch.outcome.changed = static_cast<std::int64_t>(batch.reratings.size());
  return batch;
}

Transaction HeaderOf(const RerateStep& step, const PriceList& prices, std::int64_t number) {
  return {.project_id = step.project_id,
          .number = number,
          .time_us = step.now_us,
          .reason = std::string(kReasonRerate),
          .reference = fmt::format("price list {}", prices.version())};
}

}  // namespace furnace::metering
