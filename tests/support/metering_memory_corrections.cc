#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/app/correction_steps.h"
#include "tests/support/metering_memory_store.h"

namespace furnace::metering {

absl::StatusOr<std::vector<BookedPosting>> MemoryUsageStore::PostingsOf(
    const std::string& project_id, std::int64_t first, std::int64_t last) {
  MutexLock lock(mutex_);
  std::vector<BookedPosting> postings;
  for (const BookedPosting& booked : postings_[project_id]) {
    const std::int64_t number = booked.place.transaction;
    if (first <= number && number <= last) postings.push_back(booked);
  }
  return postings;
}

absl::StatusOr<std::vector<BookedPosting>> MemoryUsageStore::PostingsOfJob(
    const std::string& project_id, const std::string& job_id, int limit) {
  MutexLock lock(mutex_);
  std::vector<BookedPosting> postings;
  for (const BookedPosting& booked : postings_[project_id]) {
    if (postings.size() == static_cast<std::size_t>(limit)) break;
    if (booked.posting.key.job_id == job_id) postings.push_back(booked);
  }
  return postings;
}

absl::StatusOr<std::int64_t> MemoryUsageStore::Post(Transaction header,
                                                    std::vector<Posting> postings) {
  std::vector<ChainedTransaction>& chain = chains_[header.project_id];
  header.number = static_cast<std::int64_t>(chain.size()) + 1;
  const std::int64_t number = header.number;
  const std::int64_t now_us = header.time_us;
  std::vector<BookedPosting>& booked = postings_[header.project_id];
  FURNACE_ASSIGN_OR_RETURN(Transaction transaction,
                           furnace::metering::Sum(std::move(header), {}, postings));
  chain.push_back(Chain(chain.empty() ? Hash{} : chain.back().hash, std::move(transaction)));
  int position = 0;
  for (Posting& posting : postings) {
    booked.push_back(
        {.place = {number, position++}, .recorded_us = now_us, .posting = std::move(posting)});
  }
  return number;
}

absl::StatusOr<Correction> MemoryUsageStore::FillIn(const Correction& correction) {
  if (correction.key.job_id.empty()) return correction;
  const auto found = bills_.find(correction.key);
  if (found == bills_.end() || found->second.record.project_id != correction.project_id) {
    return NoSuchRecord(correction);
  }
  AttoUsd corrected;
  for (const BookedCorrection& booked : corrections_) {
    if (booked.correction.key != correction.key) continue;
    FURNACE_ASSIGN_OR_RETURN(corrected, Add(corrected, booked.correction.amount));
  }
  return Resolve(correction, found->second, corrected);
}

absl::StatusOr<BookedCorrection> MemoryUsageStore::Correct(const Correction& correction,
                                                           std::int64_t now_us) {
  MutexLock lock(mutex_);
  for (const BookedCorrection& booked : corrections_) {
    if (booked.correction.id != correction.id) continue;
    if (booked.correction.project_id != correction.project_id) continue;
    FURNACE_RETURN_IF_ERROR(CheckSame(correction, booked.correction));
    return booked;
  }
  BookedCorrection booked{.recorded_us = now_us};
  FURNACE_ASSIGN_OR_RETURN(booked.correction, FillIn(correction));
  FURNACE_ASSIGN_OR_RETURN(booked.transaction, Post({.project_id = correction.project_id,
                                                     .time_us = now_us,
                                                     .reason = std::string(kReasonCorrection),
                                                     .reference = correction.id},
                                                    {PostingOf(booked.correction)}));
  corrections_.push_back(booked);
  return booked;
}

absl::StatusOr<RerateOutcome> MemoryUsageStore::Rerate(const RerateStep& step,
                                                       const PriceList& prices) {
  MutexLock lock(mutex_);
  std::vector<BookedBill> bills;
  for (const BookedBill& booked : booked_[step.project_id]) {
    const UsageRecord& record = booked.bill.record;
    if (bills.size() == static_cast<std::size_t>(step.limit)) break;
    if (!(step.after < booked.place) || record.end_us < step.period.start_us ||
        record.start_us >= step.period.end_us) {
      continue;
    }
    bills.push_back(booked);
    bills.back().bill = bills_.at(record.key);
  }
  FURNACE_ASSIGN_OR_RETURN(RerateBatch batch, RateBatch(step, prices, bills));
  if (batch.reratings.empty()) return batch.outcome;
  FURNACE_RETURN_IF_ERROR(Post(HeaderOf(step, prices, 0), std::move(batch.postings)).status());
  for (Bill& bill : batch.bills) bills_[bill.record.key] = std::move(bill);
  return batch.outcome;
}

}  // namespace furnace::metering
