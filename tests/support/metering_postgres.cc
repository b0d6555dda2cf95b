#include "tests/support/metering_postgres.h"

#include <cstdlib>

#include "libs/common/base/check.h"
#include "services/metering/storage/postgres/schema.h"

namespace furnace::metering {

std::string TestDsn() {
  const char* const dsn = std::getenv("FURNACE_TEST_POSTGRES_DSN");
  FURNACE_CHECK(dsn != nullptr);
  return dsn;
}

PostgresBackend::PostgresBackend(std::size_t connections)
    : pool_(postgres::WithDeadlines(TestDsn()), connections) {
  FURNACE_CHECK(MigrateSchema(TestDsn()).ok());
}

void PostgresBackend::AddPrice(const Price& price) {
  constexpr const char* kUnits[] = {"gpu_second", "invocation", "warm_gpu_second", "gb_month"};
  FURNACE_CHECK(
      pool_
          .Exec(
              "INSERT INTO metering.prices (unit, gpu_type, effective_from, nanos) "
              "SELECT $1::metering.price_unit, $2::text, $3::timestamptz, $4::bigint "
              "WHERE NOT EXISTS (SELECT FROM metering.prices WHERE unit = $1::metering.price_unit "
              "AND gpu_type = $2::text AND effective_from = $3::timestamptz "
              "AND project_id IS NULL)",
              {kUnits[static_cast<int>(price.unit)], price.gpu_type,
               postgres::TimeParam(absl::FromUnixMicros(price.effective_from_us)),
               std::to_string(price.nanos)})
          .ok());
}

}  // namespace furnace::metering
