#include "services/metering/rpc/price_service.h"

#include <functional>

#include "libs/common/rpc/unary.h"

namespace furnace::metering::rpc {

grpc::Status PriceService::SetPrices(grpc::ServerContext* context,
                                     const v1::SetPricesRequest* request,
                                     v1::SetPricesResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&PriceHandlers::SetPrices, &handlers_));
}

grpc::Status PriceService::ListPriceHistory(grpc::ServerContext* context,
                                            const v1::ListPriceHistoryRequest* request,
                                            v1::ListPriceHistoryResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&PriceHandlers::ListPriceHistory, &handlers_));
}

grpc::Status PriceService::WithdrawPrice(grpc::ServerContext* context,
                                         const v1::WithdrawPriceRequest* request,
                                         v1::PriceLine* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&PriceHandlers::WithdrawPrice, &handlers_));
}

grpc::Status PriceService::AddPriceTerm(grpc::ServerContext* context,
                                        const v1::AddPriceTermRequest* request,
                                        v1::PriceTerm* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&PriceHandlers::AddPriceTerm, &handlers_));
}

grpc::Status PriceService::ListPriceTerms(grpc::ServerContext* context,
                                          const v1::ListPriceTermsRequest* request,
                                          v1::ListPriceTermsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&PriceHandlers::ListPriceTerms, &handlers_));
}

grpc::Status PriceService::EndPriceTerm(grpc::ServerContext* context,
                                        const v1::EndPriceTermRequest* request,
                                        v1::PriceTerm* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&PriceHandlers::EndPriceTerm, &handlers_));
}

}  // namespace furnace::metering::rpc
