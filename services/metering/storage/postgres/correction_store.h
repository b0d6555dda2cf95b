#pragma once

#include "libs/common/postgres/pool.h"
#include "services/metering/app/correction_ports.h"

namespace furnace::metering {

/// The tables corrections, reratings and rated_prices, and the ledgers that they go with. Takes
/// locks in the order that PostgresUsageStore does.
class PostgresCorrectionStore final : public CorrectionStore {
 public:
  explicit PostgresCorrectionStore(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<BookedCorrection> Correct(const Correction& correction,
                                           std::int64_t now_us) override;
  absl::StatusOr<RerateOutcome> Rerate(const RerateStep& step, const PriceList& prices) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::metering
