#include "services/scheduler/clients/metering_price_source.h"

#include "libs/common/base/status.h"
#include "libs/common/rpc/status_mapping.h"

namespace furnace::scheduler {

absl::StatusOr<PriceList> MeteringPriceSource::Prices() {
  grpc::ClientContext context;
  furnace::rpc::Prepare(context, options_);
  context.set_wait_for_ready(true);  // See MeteringUsageSink.
  v1::ListPricesResponse response;
  FURNACE_RETURN_IF_ERROR(furnace::rpc::FromGrpc(stub_->ListPrices(&context, {}, &response)));
  PriceList prices;
  for (const v1::Price& price : response.prices()) {
    // The list's own prices: what goes for some place, tier or project only is nobody else's.
    if (!price.region().empty() || !price.tier().empty() || !price.project_id().empty()) continue;
    if (price.unit() == v1::PRICE_UNIT_GPU_SECOND) {
      prices.gpu_seconds[price.gpu_type()] = price.nanos();
    } else if (price.unit() == v1::PRICE_UNIT_INVOCATION) {
      prices.invocation = price.nanos();
    }
  }
  return prices;
}

}  // namespace furnace::scheduler
