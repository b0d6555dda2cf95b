#pragma once

#include "libs/common/base/mutex.h"
#include "libs/common/postgres/pool.h"
#include "services/metering/app/ports.h"
#include "services/metering/app/price_ports.h"

namespace furnace::metering {

/// The table metering.prices. The list is read again only when its version has risen, which each
/// Load asks for: a change that is committed is seen by the next Load of any process.
class PostgresPriceStore final : public PriceStore, public PriceHistory {
 public:
  explicit PostgresPriceStore(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<PriceList> Load() override ABSL_LOCKS_EXCLUDED(mutex_);

  absl::StatusOr<std::vector<PriceLine>> Announce(std::span<const Price> prices,
                                                  std::int64_t now_us) override;
  absl::StatusOr<PriceLine> Withdraw(std::int64_t id, std::int64_t now_us) override;
  absl::StatusOr<std::vector<PriceLine>> List(const PriceHistoryQuery& query) override;

 private:
  postgres::Pool& pool_;
  Mutex mutex_;
  PriceList cached_ ABSL_GUARDED_BY(mutex_);  // Version 0 until the first Load.
};

}  // namespace furnace::metering
