#pragma once

#include "libs/common/postgres/pool.h"
#include "services/metering/app/ports.h"

namespace furnace::metering {

/// The table metering.prices.
class PostgresPriceStore final : public PriceStore {
 public:
  explicit PostgresPriceStore(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<PriceList> Load() override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::metering
