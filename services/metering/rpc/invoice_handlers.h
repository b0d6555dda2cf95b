#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/invoice_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/invoice_desk.h"

namespace furnace::metering::rpc {

/// InvoiceService as plain functions. Whose invoices are read comes from the CallContext and
/// from nowhere else; only operators make them final, of any project.
class InvoiceHandlers {
 public:
  explicit InvoiceHandlers(InvoiceDesk& desk) : desk_(desk) {}

  absl::StatusOr<v1::ListInvoicesResponse> ListInvoices(const furnace::rpc::CallContext& call,
                                                        const v1::ListInvoicesRequest& request);
  absl::StatusOr<v1::Invoice> GetInvoice(const furnace::rpc::CallContext& call,
                                         const v1::GetInvoiceRequest& request);
  absl::StatusOr<v1::Document> GetInvoiceDocument(const furnace::rpc::CallContext& call,
                                                  const v1::GetInvoiceDocumentRequest& request);
  absl::StatusOr<v1::AuditInvoiceResponse> AuditInvoice(const furnace::rpc::CallContext& call,
                                                        const v1::AuditInvoiceRequest& request);
  absl::StatusOr<v1::Invoice> FinalizeInvoice(const furnace::rpc::CallContext& call,
                                              const v1::FinalizeInvoiceRequest& request);

 private:
  template <typename Request>
  absl::StatusOr<Invoice> Find(const furnace::rpc::CallContext& call, const Request& request);

  InvoiceDesk& desk_;
};

}  // namespace furnace::metering::rpc
