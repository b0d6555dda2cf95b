// Between invoices on the wire and those of the domain.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "furnace/v1/invoice_service.pb.h"
#include "services/metering/app/invoice_desk.h"
#include "services/metering/domain/invoice.h"

namespace furnace::metering::rpc {

v1::Invoice ToProto(const Invoice& invoice);
v1::AuditInvoiceResponse ToProto(const InvoiceAudit& audit);

/// The invoice as a file. INVALID_ARGUMENT for no or an unknown format.
absl::StatusOr<v1::Document> ToDocument(const Invoice& invoice, v1::InvoiceFormat format);

/// The period of a draft that `month` or the two times, which the caller has read, ask for;
/// nullopt when none does. INVALID_ARGUMENT, naming the field, when they contradict each other.
absl::StatusOr<std::optional<Span>> DraftPeriod(const std::string& month,
                                                std::optional<std::int64_t> start_us,
                                                std::optional<std::int64_t> end_us);

/// The token of the page after the invoice `last_number`, and back: the number to go on below.
/// INVALID_ARGUMENT for a token we did not make.
std::string EncodeInvoiceToken(std::int64_t last_number);
absl::StatusOr<std::int64_t> DecodeInvoiceToken(const std::string& token);

}  // namespace furnace::metering::rpc
