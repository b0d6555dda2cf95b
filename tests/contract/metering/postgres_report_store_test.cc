#include "services/metering/storage/postgres/report_store.h"
#include "tests/contract/metering/report_store_contract.h"
#include "tests/support/metering_postgres.h"

namespace furnace::metering {
namespace {

class PostgresReportBackend : public PostgresBackend {
 public:
  ReportStore& reports() { return reports_; }

 private:
  PostgresReportStore reports_{pool()};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, ReportStoreContract, PostgresReportBackend);

}  // namespace
}  // namespace furnace::metering
