#pragma once

#include "furnace/v1/invoice_service.grpc.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/rpc/invoice_handlers.h"

namespace furnace::metering::rpc {

/// The gRPC face of InvoiceHandlers: one line per method.
class InvoiceService final : public v1::InvoiceService::Service {
 public:
  InvoiceService(const furnace::rpc::Gate& gate, InvoiceHandlers& handlers)
      : gate_(gate), handlers_(handlers) {}

  grpc::Status ListInvoices(grpc::ServerContext* context, const v1::ListInvoicesRequest* request,
                            v1::ListInvoicesResponse* response) override;
  grpc::Status GetInvoice(grpc::ServerContext* context, const v1::GetInvoiceRequest* request,
                          v1::Invoice* response) override;
  grpc::Status GetInvoiceDocument(grpc::ServerContext* context,
                                  const v1::GetInvoiceDocumentRequest* request,
                                  v1::Document* response) override;
  grpc::Status AuditInvoice(grpc::ServerContext* context, const v1::AuditInvoiceRequest* request,
                            v1::AuditInvoiceResponse* response) override;
  grpc::Status FinalizeInvoice(grpc::ServerContext* context,
                               const v1::FinalizeInvoiceRequest* request,
                               v1::Invoice* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  InvoiceHandlers& handlers_;
};

}  // namespace furnace::metering::rpc
