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

grpc::Status MeteringService::GetReceipt(grpc::ServerContext* context,
                                         const v1::GetReceiptRequest* request,
                                         v1::GetReceiptResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&Handlers::GetReceipt, &handlers_));
}

grpc::Status MeteringService::GetChainHead(grpc::ServerContext* context,
                                           const v1::GetChainHeadRequest* request,
                                           v1::ChainHead* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&Handlers::GetChainHead, &handlers_));
}

grpc::Status MeteringService::ListLedgerTransactions(
    grpc::ServerContext* context, const v1::ListLedgerTransactionsRequest* request,
    v1::ListLedgerTransactionsResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&Handlers::ListLedgerTransactions, &handlers_));
}

grpc::Status MeteringService::AuditLedger(grpc::ServerContext* context,
                                          const v1::AuditLedgerRequest* request,
                                          v1::AuditLedgerResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&Handlers::AuditLedger, &handlers_));
}

grpc::Status MeteringService::ListRefusedUsage(grpc::ServerContext* context,
                                               const v1::ListRefusedUsageRequest* request,
                                               v1::ListRefusedUsageResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&Handlers::ListRefusedUsage, &handlers_));
}

grpc::Status UsageService::RecordUsage(grpc::ServerContext* context,
                                       const internal::v1::RecordUsageRequest* request,
                                       internal::v1::RecordUsageResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&Handlers::RecordUsage, &handlers_));
}

}  // namespace furnace::metering::rpc
