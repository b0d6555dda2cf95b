#pragma once

#include <cstddef>
#include <string>

#include "libs/common/postgres/pool.h"
#include "services/metering/domain/pricing.h"
#include "services/metering/storage/postgres/ledger_store.h"
#include "services/metering/storage/postgres/price_store.h"
#include "services/metering/storage/postgres/usage_store.h"

namespace furnace::metering {

/// The test database's connection string.
std::string TestDsn();

/// Metering's stores on the test database, whose schema is up to date.
class PostgresBackend {
 public:
  explicit PostgresBackend(std::size_t connections = 4);

  UsageStore& usage() { return usage_; }
  LedgerStore& ledger() { return ledger_; }
  PriceStore& prices() { return prices_; }
  postgres::Pool& pool() { return pool_; }

  /// Does nothing when there is such a price.
  void AddPrice(const Price& price);

 private:
  postgres::Pool pool_;
  PostgresUsageStore usage_{pool_};
  PostgresLedgerStore ledger_{pool_};
  PostgresPriceStore prices_{pool_};
};

}  // namespace furnace::metering
