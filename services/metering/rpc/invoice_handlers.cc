#include "services/metering/rpc/invoice_handlers.h"

#include <string>
#include <vector>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/metering/domain/month.h"
#include "services/metering/rpc/convert.h"
#include "services/metering/rpc/invoice_convert.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

constexpr int kMaxPageSize = 1'000;
constexpr int kDefaultPageSize = 100;
constexpr char kDraft[] = "draft";

absl::StatusOr<std::string> TenantOf(const CallContext& call) {
  FURNACE_ASSIGN_OR_RETURN(std::string project_id, furnace::rpc::ProjectOf(call));
  if (!IsUuid(project_id)) return absl::PermissionDeniedError("the call's project is not a UUID");
  return project_id;
}

absl::Status CheckInvoiceId(const std::string& id) {
  if (IsUuid(id)) return absl::OkStatus();
  return absl::InvalidArgumentError("invoice_id: not a UUID");
}

absl::StatusOr<int> PageSizeOf(int page_size) {
  if (page_size == 0) return kDefaultPageSize;
  if (page_size < 0 || page_size > kMaxPageSize) {
    return Error(absl::StatusCode::kInvalidArgument, "page_size: must be 1 to {}, not {}",
                 kMaxPageSize, page_size);
  }
  return page_size;
}

template <typename Request>
absl::StatusOr<std::optional<Span>> PeriodIn(const Request& request) {
  FURNACE_ASSIGN_OR_RETURN(const auto start_us,
                           ToMicros(request.has_start_time(), request.start_time(), "start_time"));
  FURNACE_ASSIGN_OR_RETURN(const auto end_us,
                           ToMicros(request.has_end_time(), request.end_time(), "end_time"));
  return DraftPeriod(request.month(), start_us, end_us);
}

}  // namespace

template <typename Request>
absl::StatusOr<Invoice> InvoiceHandlers::Find(const CallContext& call, const Request& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, TenantOf(call));
  FURNACE_ASSIGN_OR_RETURN(const std::optional<Span> period, PeriodIn(request));
  if (request.invoice_id() == kDraft) return desk_.Draft(project_id, period, call.deadline);
  FURNACE_RETURN_IF_ERROR(CheckInvoiceId(request.invoice_id()));
  if (period) return absl::InvalidArgumentError("month: for drafts only, and so are times");
  return desk_.Get(project_id, request.invoice_id());
}

absl::StatusOr<v1::ListInvoicesResponse> InvoiceHandlers::ListInvoices(
    const CallContext& call, const v1::ListInvoicesRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, TenantOf(call));
  FURNACE_ASSIGN_OR_RETURN(const int page_size, PageSizeOf(request.page_size()));
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t before, DecodeInvoiceToken(request.page_token()));
  FURNACE_ASSIGN_OR_RETURN(std::vector<Invoice> invoices,
                           desk_.List(project_id, before, page_size + 1));
  v1::ListInvoicesResponse response;
  if (invoices.size() > static_cast<std::size_t>(page_size)) {
    invoices.pop_back();
    response.set_next_page_token(EncodeInvoiceToken(invoices.back().number));
  }
  for (const Invoice& invoice : invoices) *response.add_invoices() = ToProto(invoice);
  return response;
}

absl::StatusOr<v1::Invoice> InvoiceHandlers::GetInvoice(const CallContext& call,
                                                        const v1::GetInvoiceRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Invoice invoice, Find(call, request));
  return ToProto(invoice);
}

absl::StatusOr<v1::Document> InvoiceHandlers::GetInvoiceDocument(
    const CallContext& call, const v1::GetInvoiceDocumentRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const Invoice invoice, Find(call, request));
  return ToDocument(invoice, request.format());
}

absl::StatusOr<v1::AuditInvoiceResponse> InvoiceHandlers::AuditInvoice(
    const CallContext& call, const v1::AuditInvoiceRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, TenantOf(call));
  FURNACE_RETURN_IF_ERROR(CheckInvoiceId(request.invoice_id()));
  FURNACE_ASSIGN_OR_RETURN(const InvoiceAudit audit,
                           desk_.Audit(project_id, request.invoice_id(), call.deadline));
  return ToProto(audit);
}

absl::StatusOr<v1::Invoice> InvoiceHandlers::FinalizeInvoice(
    const CallContext& call, const v1::FinalizeInvoiceRequest& request) {
  // The gateway asks for the role, too; here it is not left to a single line elsewhere.
  if (call.role < v1::ROLE_OPERATOR) return absl::PermissionDeniedError("for operators only");
  std::string project_id = request.project_id();
  if (project_id.empty()) {
    FURNACE_ASSIGN_OR_RETURN(project_id, TenantOf(call));
  }
  if (!IsUuid(project_id)) return absl::InvalidArgumentError("project_id: not a UUID");
  FURNACE_ASSIGN_OR_RETURN(const Span month, ParseMonth(request.month()));
  FURNACE_ASSIGN_OR_RETURN(const Invoice invoice, desk_.Finalize(project_id, month, call.deadline));
  return ToProto(invoice);
}

}  // namespace furnace::metering::rpc
