#pragma once

#include "libs/common/postgres/pool.h"
#include "services/metering/app/term_desk.h"

namespace furnace::metering {

/// The table metering.price_terms.
class PostgresTermStore final : public TermStore {
 public:
  explicit PostgresTermStore(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<Term> Add(Term term) override;
  absl::StatusOr<std::vector<Term>> Load(const std::optional<std::string>& project_id) override;
  absl::StatusOr<Term> End(std::int64_t id, std::int64_t until_us) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::metering
