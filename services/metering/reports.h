#pragma once

#include "libs/common/base/clock.h"
#include "libs/common/postgres/pool.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/cost_reporter.h"
#include "services/metering/rpc/report_service.h"
#include "services/metering/storage/postgres/report_store.h"

namespace furnace::metering {

/// ReportService with what it is made of.
class Reports {
 public:
  Reports(const furnace::rpc::Gate& gate, postgres::Pool& pool, UsageStore& usage,
          PriceStore& prices, const Clock& clock)
      : store_(pool), reporter_(store_, usage, prices, clock), service_(gate, handlers_) {}

  grpc::Service& service() { return service_; }

 private:
  PostgresReportStore store_;
  CostReporter reporter_;
  rpc::ReportHandlers handlers_{reporter_};
  rpc::ReportService service_;
};

}  // namespace furnace::metering
