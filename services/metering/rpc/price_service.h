#pragma once

#include "furnace/v1/price_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/rpc/price_handlers.h"

namespace furnace::metering::rpc {

/// The gRPC face of PriceHandlers: one line per method.
class PriceService final : public v1::PriceService::Service {
 public:
  PriceService(const furnace::rpc::Gate& gate, PriceHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status SetPrices(grpc::ServerContext* context, const v1::SetPricesRequest* request,
                         v1::SetPricesResponse* response) override;
  grpc::Status ListPriceHistory(grpc::ServerContext* context,
                                const v1::ListPriceHistoryRequest* request,
                                v1::ListPriceHistoryResponse* response) override;
  grpc::Status WithdrawPrice(grpc::ServerContext* context, const v1::WithdrawPriceRequest* request,
                             v1::PriceLine* response) override;
  grpc::Status AddPriceTerm(grpc::ServerContext* context, const v1::AddPriceTermRequest* request,
                            v1::PriceTerm* response) override;
  grpc::Status ListPriceTerms(grpc::ServerContext* context,
                              const v1::ListPriceTermsRequest* request,
                              v1::ListPriceTermsResponse* response) override;
  grpc::Status EndPriceTerm(grpc::ServerContext* context, const v1::EndPriceTermRequest* request,
                            v1::PriceTerm* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  PriceHandlers& handlers_;
};

}  // namespace furnace::metering::rpc
