#include "services/metering/rpc/service.h"

#include <functional>

#include "libs/common/rpc/unary.h"

namespace furnace::metering::rpc {

grpc::Status MeteringService::GetUsage(grpc::ServerContext* context,
                                       const v1::GetUsageRequest* request,
                                       v1::GetUsageResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&Handlers::GetUsage, &handlers_));
}

grpc::Status MeteringService::ListLedgerEntries(grpc::ServerContext* context,
                                                const v1::ListLedgerEntriesRequest* request,
                                                v1::ListLedgerEntriesResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&Handlers::ListLedgerEntries, &handlers_));
}

grpc::Status MeteringService::ListPrices(grpc::ServerContext* context,
                                         const v1::ListPricesRequest* request,
                                         v1::ListPricesResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&Handlers::ListPrices, &handlers_));
}

grpc::Status UsageService::RecordUsage(grpc::ServerContext* context,
                                       const internal::v1::RecordUsageRequest* request,
                                       internal::v1::RecordUsageResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&Handlers::RecordUsage, &handlers_));
}

}  // namespace furnace::metering::rpc
