#include "services/metering/storage/postgres/postings.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/storage/postgres/bill_row.h"
#include "services/metering/storage/postgres/int_array.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

// Where the columns of reratings begin, after those of their records' bills.
constexpr int kFirstColumn = 26;

absl::StatusOr<Rating> RatingIn(const postgres::Rows& rows, int row, int prices, int invocation) {
  Rating rating;
  FURNACE_ASSIGN_OR_RETURN(rating.prices, ParseIntArray(rows.Text(row, prices)));
  if (!rows.IsNull(row, invocation)) rating.invocation_nanos = rows.Int(row, invocation);
  return rating;
}

absl::StatusOr<std::vector<BookedPosting>> ReratingsIn(const postgres::Rows& rows) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedBill> bills, BillsIn(rows));
  std::vector<BookedPosting> postings;
  for (int row = 0; row < rows.size(); ++row) {
    const int at = kFirstColumn;
    Rerating rerating{.record = bills[static_cast<std::size_t>(row)].bill.record};
    FURNACE_ASSIGN_OR_RETURN(rerating.before, RatingIn(rows, row, at + 3, at + 5));
    FURNACE_ASSIGN_OR_RETURN(rerating.after, RatingIn(rows, row, at + 4, at + 6));
    FURNACE_ASSIGN_OR_RETURN(Posting posting, PostingOf(rerating));
    postings.push_back({.place = {rows.Int(row, at), static_cast<int>(rows.Int(row, at + 1))},
                        .recorded_us = rows.Int(row, at + 2),
                        .posting = std::move(posting)});
  }
  return postings;
}

absl::StatusOr<postgres::Rows> SelectCorrections(postgres::Pool& pool, const PostingQuery& query) {
  // A correction is alone in its transaction.
  const std::int64_t first = query.from.transaction + (query.from.position > 0 ? 1 : 0);
  return pool.Exec(sql::kSelectCorrections,
                   {query.project_id, std::to_string(first), std::to_string(query.last_transaction),
                    query.job_id, std::to_string(query.limit)});
}

absl::StatusOr<postgres::Rows> SelectReratings(postgres::Pool& pool, const PostingQuery& query) {
  return pool.Exec(sql::kSelectReratings,
                   {query.project_id, std::to_string(query.from.transaction),
                    std::to_string(query.from.position), std::to_string(query.last_transaction),
                    query.job_id, std::to_string(query.limit)});
}

}  // namespace

absl::StatusOr<std::vector<BookedCorrection>> CorrectionsIn(const postgres::Rows& rows) {
  std::vector<BookedCorrection> corrections;
  for (int row = 0; row < rows.size(); ++row) {
    const auto text = [&](int column) { return std::string(rows.Text(row, column)); };
    BookedCorrection& booked = corrections.emplace_back();
    booked.transaction = rows.Int(row, 2);
    booked.recorded_us = rows.Int(row, 10);
    booked.correction = {.id = text(1),
                         .project_id = text(0),
                         .key = {text(3), static_cast<int>(rows.Int(row, 4))},
                         .endpoint_id = text(5),
                         .gpu_type = text(6),
                         .note = text(8),
                         .reference = text(9)};
    FURNACE_ASSIGN_OR_RETURN(booked.correction.amount.value, ParseInt128(rows.Text(row, 7)));
  }
  return corrections;
}

absl::StatusOr<std::vector<BookedPosting>> SelectPostings(postgres::Pool& pool,
                                                          const PostingQuery& query) {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rerated, SelectReratings(pool, query));
  FURNACE_ASSIGN_OR_RETURN(std::vector<BookedPosting> postings, ReratingsIn(rerated));
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows corrected, SelectCorrections(pool, query));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<BookedCorrection> corrections,
                           CorrectionsIn(corrected));
  for (const BookedCorrection& booked : corrections) {
    postings.push_back({.place = {.transaction = booked.transaction},
                        .recorded_us = booked.recorded_us,
                        .posting = PostingOf(booked.correction)});
  }
  std::ranges::sort(postings, {}, &BookedPosting::place);
  if (postings.size() > static_cast<std::size_t>(query.limit)) {
    postings.erase(postings.begin() + query.limit, postings.end());
  }
  return postings;
}

}  // namespace furnace::metering
