#include "services/metering/rpc/invoice_service.h"

#include <functional>

#include "libs/common/rpc/unary.h"

namespace furnace::metering::rpc {

grpc::Status InvoiceService::ListInvoices(grpc::ServerContext* context,
                                          const v1::ListInvoicesRequest* request,
                                          v1::ListInvoicesResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&InvoiceHandlers::ListInvoices, &handlers_));
}

grpc::Status InvoiceService::GetInvoice(grpc::ServerContext* context,
                                        const v1::GetInvoiceRequest* request,
                                        v1::Invoice* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&InvoiceHandlers::GetInvoice, &handlers_));
}

grpc::Status InvoiceService::GetInvoiceDocument(grpc::ServerContext* context,
                                                const v1::GetInvoiceDocumentRequest* request,
                                                v1::Document* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&InvoiceHandlers::GetInvoiceDocument, &handlers_));
}

grpc::Status InvoiceService::AuditInvoice(grpc::ServerContext* context,
                                          const v1::AuditInvoiceRequest* request,
                                          v1::AuditInvoiceResponse* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&InvoiceHandlers::AuditInvoice, &handlers_));
}

grpc::Status InvoiceService::FinalizeInvoice(grpc::ServerContext* context,
                                             const v1::FinalizeInvoiceRequest* request,
                                             v1::Invoice* response) {
  return furnace::rpc::RunUnary(gate_, *context, *request, response,
                                std::bind_front(&InvoiceHandlers::FinalizeInvoice, &handlers_));
}

}  // namespace furnace::metering::rpc
