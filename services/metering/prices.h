#pragma once

#include <grpcpp/impl/service_type.h>

#include "libs/common/base/clock.h"
#include "libs/common/postgres/pool.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/corrector.h"
#include "services/metering/app/price_desk.h"
#include "services/metering/app/term_desk.h"
#include "services/metering/rpc/correction_service.h"
#include "services/metering/rpc/price_service.h"
#include "services/metering/storage/postgres/correction_store.h"
#include "services/metering/storage/postgres/price_store.h"
#include "services/metering/storage/postgres/term_store.h"

namespace furnace::metering {

/// What changes prices and what is booked at them: PriceService and CorrectionService with all
/// behind them.
class Prices {
 public:
  Prices(postgres::Pool& pool, ClosedPeriods& closed, const furnace::rpc::Gate& gate,
         const Clock& clock)
      : store_(pool),
        terms_(pool),
        corrections_(pool),
        price_desk_(store_, clock),
        term_desk_(terms_, clock),
        corrector_(corrections_, store_, closed, clock),
        price_service_(gate, price_handlers_),
        correction_service_(gate, correction_handlers_) {}

  PriceStore& store() { return store_; }
  Adjuster& adjuster() { return adjuster_; }
  grpc::Service& price_service() { return price_service_; }
  grpc::Service& correction_service() { return correction_service_; }

 private:
  PostgresPriceStore store_;
  PostgresTermStore terms_;
  PostgresCorrectionStore corrections_;
  PriceDesk price_desk_;
  TermDesk term_desk_;
  TermAdjuster adjuster_{terms_};
  Corrector corrector_;
  rpc::PriceHandlers price_handlers_{price_desk_, term_desk_};
  rpc::CorrectionHandlers correction_handlers_{corrector_};
  rpc::PriceService price_service_;
  rpc::CorrectionService correction_service_;
};

}  // namespace furnace::metering
