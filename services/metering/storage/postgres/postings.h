#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/postgres/pool.h"
#include "services/metering/app/correction_ports.h"

namespace furnace::metering {

/// Which postings to read.
struct PostingQuery {
  std::string project_id;
  Place from = {};
  std::int64_t last_transaction = 0;
  std::optional<std::string> job_id = {};
  int limit = 0;
};

/// A project's corrections and ratings, remade from what was noted of them, by place.
absl::StatusOr<std::vector<BookedPosting>> SelectPostings(postgres::Pool& pool,
                                                          const PostingQuery& query);

/// The corrections in rows of sql/parts/correction_columns.sql.
absl::StatusOr<std::vector<BookedCorrection>> CorrectionsIn(const postgres::Rows& rows);

}  // namespace furnace::metering
