#pragma once

#include "furnace/internal/v1/usage_service.grpc.pb.h"
#include "furnace/v1/metering_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/rpc/handlers.h"

namespace furnace::metering::rpc {

/// The gRPC face of Handlers to customers: one line per method.
class MeteringService final : public v1::MeteringService::Service {
 public:
  MeteringService(const furnace::rpc::Gate& gate, Handlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status GetUsage(grpc::ServerContext* context, const v1::GetUsageRequest* request,
                        v1::GetUsageResponse* response) override;
  grpc::Status ListLedgerEntries(grpc::ServerContext* context,
                                 const v1::ListLedgerEntriesRequest* request,
                                 v1::ListLedgerEntriesResponse* response) override;
  grpc::Status ListPrices(grpc::ServerContext* context, const v1::ListPricesRequest* request,
                          v1::ListPricesResponse* response) override;
  grpc::Status GetReceipt(grpc::ServerContext* context, const v1::GetReceiptRequest* request,
                          v1::GetReceiptResponse* response) override;
  grpc::Status GetChainHead(grpc::ServerContext* context, const v1::GetChainHeadRequest* request,
                            v1::ChainHead* response) override;
  grpc::Status ListLedgerTransactions(grpc::ServerContext* context,
                                      const v1::ListLedgerTransactionsRequest* request,
                                      v1::ListLedgerTransactionsResponse* response) override;
  grpc::Status AuditLedger(grpc::ServerContext* context, const v1::AuditLedgerRequest* request,
                           v1::AuditLedgerResponse* response) override;
  grpc::Status ListRefusedUsage(grpc::ServerContext* context,
                                const v1::ListRefusedUsageRequest* request,
                                v1::ListRefusedUsageResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  Handlers& handlers_;
};

/// The gRPC face of Handlers to the scheduler.
class UsageService final : public internal::v1::UsageService::Service {
 public:
  UsageService(const furnace::rpc::Gate& gate, Handlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status RecordUsage(grpc::ServerContext* context,
                           const internal::v1::RecordUsageRequest* request,
                           internal::v1::RecordUsageResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  Handlers& handlers_;
};

}  // namespace furnace::metering::rpc
