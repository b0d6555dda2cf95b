#include "services/metering/storage/postgres/correction_store.h"

#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "services/metering/app/correction_steps.h"
#include "services/metering/storage/postgres/bill_row.h"
#include "services/metering/storage/postgres/bill_writer.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/int_array.h"
#include "services/metering/storage/postgres/postings.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

using postgres::Connection;
using postgres::Rows;

postgres::Param OptionalText(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

postgres::Param OptionalInt(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return std::to_string(*value);
}

// The correction with the endpoint and GPU type of its record and, where it has no amount, that
// of all that is owed for it.
absl::StatusOr<Correction> FillIn(Connection& connection, Correction correction) {
  if (correction.key.job_id.empty()) return correction;
  const std::vector<postgres::Param> key = {correction.project_id, correction.key.job_id,
                                            std::to_string(correction.key.epoch)};
  FURNACE_ASSIGN_OR_RETURN(const Rows found, connection.Exec(sql::kSelectRatedRecord, key));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedBill> bills, BillsIn(found));
  if (bills.empty()) return NoSuchRecord(correction);
  FURNACE_ASSIGN_OR_RETURN(const Rows sums, connection.Exec(sql::kSumRecordCorrections, key));
  AttoUsd corrected;
  FURNACE_ASSIGN_OR_RETURN(corrected.value, ParseInt128(sums.Text(0, 0)));
  return Resolve(std::move(correction), bills[0].bill, corrected);
}

absl::Status Insert(Connection& connection, const BookedCorrection& booked) {
  const Correction& correction = booked.correction;
  const bool of_record = !correction.key.job_id.empty();
  return connection
      .Exec(sql::kInsertCorrection,
            {correction.project_id, correction.id, std::to_string(booked.transaction),
             OptionalText(correction.key.job_id),
             of_record ? postgres::Param(std::to_string(correction.key.epoch)) : std::nullopt,
             OptionalText(correction.endpoint_id), correction.gpu_type,
             ToString(correction.amount.value), correction.note, correction.reference})
      .status();
}

absl::StatusOr<BookedCorrection> CorrectIn(Connection& connection, const Correction& asked,
                                           std::int64_t now_us) {
  FURNACE_ASSIGN_OR_RETURN(const Heads heads, LockLedgers(connection, {asked.project_id}));
  FURNACE_ASSIGN_OR_RETURN(const Rows known,
                           connection.Exec(sql::kSelectCorrection, {asked.project_id, asked.id}));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedCorrection> before, CorrectionsIn(known));
  if (!before.empty()) {
    FURNACE_RETURN_IF_ERROR(CheckSame(asked, before[0].correction));
    return before[0];
  }
  const ChainHead& head = heads.at(asked.project_id);
  BookedCorrection booked{.transaction = head.number + 1, .recorded_us = now_us};
  FURNACE_ASSIGN_OR_RETURN(booked.correction, FillIn(connection, asked));
  const std::vector<Posting> postings = {PostingOf(booked.correction)};
  FURNACE_ASSIGN_OR_RETURN(Transaction transaction, Sum({.project_id = asked.project_id,
                                                         .number = booked.transaction,
                                                         .time_us = now_us,
                                                         .reason = std::string(kReasonCorrection),
                                                         .reference = asked.id},
                                                        {}, postings));
  FURNACE_RETURN_IF_ERROR(
      InsertTransactions(connection, {Chain(head.hash, std::move(transaction))}));
  FURNACE_RETURN_IF_ERROR(Insert(connection, booked));
  return booked;
}

absl::Status InsertReratings(Connection& connection, const RerateBatch& batch,
                             const std::string& project_id, std::int64_t transaction) {
  using Each = const Rerating&;
  const std::vector<Rerating>& all = batch.reratings;
  int position = 0;
  return connection
      .Exec(sql::kInsertReratings,
            {project_id, std::to_string(transaction),
             IntColumn(all, [&](Each) { return position++; }),
             Column(all, [](Each each) { return each.record.key.job_id; }),
             IntColumn(all, [](Each each) { return each.record.key.epoch; }),
             Column(all, [](Each each) { return IntArray(each.before.prices); }),
             Column(all, [](Each each) { return IntArray(each.after.prices); }),
             Column(all, [](Each each) { return OptionalInt(each.before.invocation_nanos); }),
             Column(all, [](Each each) { return OptionalInt(each.after.invocation_nanos); })})
      .status();
}

absl::StatusOr<RerateOutcome> RerateIn(Connection& connection, const RerateStep& step,
                                       const PriceList& prices) {
  FURNACE_ASSIGN_OR_RETURN(const Heads heads, LockLedgers(connection, {step.project_id}));
  FURNACE_ASSIGN_OR_RETURN(
      const Rows rows,
      connection.Exec(sql::kSelectPeriodBills,
                      {step.project_id, std::to_string(step.period.start_us),
                       std::to_string(step.period.end_us), std::to_string(step.after.transaction),
                       std::to_string(step.after.position), std::to_string(step.limit)}));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedBill> bills, BillsIn(rows));
  FURNACE_ASSIGN_OR_RETURN(const RerateBatch batch, RateBatch(step, prices, bills));
  if (batch.reratings.empty()) return batch.outcome;
  const ChainHead& head = heads.at(step.project_id);
  FURNACE_ASSIGN_OR_RETURN(Transaction transaction,
                           Sum(HeaderOf(step, prices, head.number + 1), {}, batch.postings));
  FURNACE_RETURN_IF_ERROR(InsertReratings(connection, batch, step.project_id, transaction.number));
  FURNACE_RETURN_IF_ERROR(AddHours(connection, batch.hours));
  FURNACE_RETURN_IF_ERROR(
      InsertTransactions(connection, {Chain(head.hash, std::move(transaction))}));
  return batch.outcome;
}

}  // namespace

absl::StatusOr<BookedCorrection> PostgresCorrectionStore::Correct(const Correction& correction,
                                                                  std::int64_t now_us) {
  BookedCorrection booked;
  FURNACE_RETURN_IF_ERROR(pool_.Transact([&](Connection& connection) -> absl::Status {
    FURNACE_ASSIGN_OR_RETURN(booked, CorrectIn(connection, correction, now_us));
    return absl::OkStatus();
  }));
  return booked;
}

absl::StatusOr<RerateOutcome> PostgresCorrectionStore::Rerate(const RerateStep& step,
                                                              const PriceList& prices) {
  RerateOutcome outcome;
  FURNACE_RETURN_IF_ERROR(pool_.Transact([&](Connection& connection) -> absl::Status {
    FURNACE_ASSIGN_OR_RETURN(outcome, RerateIn(connection, step, prices));
    return absl::OkStatus();
  }));
  return outcome;
}

}  // namespace furnace::metering
