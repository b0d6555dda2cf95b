#include "services/metering/rpc/invoice_convert.h"

#include <fmt/format.h>

#include <limits>

#include "libs/common/base/status.h"
#include "services/metering/app/invoice_csv.h"
#include "services/metering/app/invoice_focus.h"
#include "services/metering/app/invoice_html.h"
#include "services/metering/domain/invoice_quantity.h"
#include "services/metering/domain/month.h"
#include "services/metering/rpc/page_token.h"

namespace furnace::metering::rpc {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
// What page tokens of this list are told apart from others by.
constexpr char kList[] = "invoices";

// `time_us` is not negative.
void SetTime(std::int64_t time_us, google::protobuf::Timestamp* time) {
  time->set_seconds(time_us / kMicros);
  time->set_nanos(static_cast<int>(time_us % kMicros) * 1'000);
}

v1::InvoiceSection ToProto(LineSection section) {
  switch (section) {
    case LineSection::kUsage: return v1::INVOICE_SECTION_USAGE;
    case LineSection::kLate: return v1::INVOICE_SECTION_LATE;
    case LineSection::kCorrection: return v1::INVOICE_SECTION_CORRECTION;
    case LineSection::kAdjustment: return v1::INVOICE_SECTION_ADJUSTMENT;
  }
  return v1::INVOICE_SECTION_UNSPECIFIED;
}

v1::InvoiceLine ToProto(const InvoiceLine& line) {
  v1::InvoiceLine proto;
  proto.set_section(ToProto(line.section));
  proto.set_kind(line.kind);
  proto.set_endpoint_id(line.endpoint_id);
  proto.set_gpu_type(line.gpu_type);
  proto.set_reference(line.reference);
  proto.set_description(line.description);
  SetTime(line.used.start_us, proto.mutable_used_from());
  SetTime(line.used.end_us, proto.mutable_used_to());
  proto.set_readable_quantity(ReadableQuantity(line));
  proto.set_quantity(QuantityText(line));
  proto.set_unit(std::string(UnitOf(line).name));
  proto.set_exact_quantity(ToString(line.quantity));
  if (line.price_nanos) proto.set_unit_price_nanos(*line.price_nanos);
  proto.set_exact_amount(ExactDollarText(line.amount));
  proto.set_amount_nanos(line.amount_nanos);
  return proto;
}

std::string FileName(const Invoice& invoice, std::string_view extension) {
  const std::string number = invoice.number == 0 ? "draft" : fmt::format("{:06}", invoice.number);
  const std::string first_day = TimeText(invoice.period.start_us).substr(0, 10);
  return fmt::format("invoice-{}-{}.{}", number, first_day, extension);
}

v1::Document MakeDocument(const Invoice& invoice, const char* type, std::string_view extension,
                          std::string data) {
  v1::Document document;
  document.set_content_type(type);
  document.set_file_name(FileName(invoice, extension));
  document.set_data(std::move(data));
  return document;
}

}  // namespace

v1::Invoice ToProto(const Invoice& invoice) {
  v1::Invoice proto;
  proto.set_id(invoice.id);
  proto.set_project_id(invoice.project_id);
  proto.set_number(invoice.number);
  proto.set_status(invoice.number == 0 ? v1::INVOICE_STATUS_DRAFT : v1::INVOICE_STATUS_FINAL);
  SetTime(invoice.period.start_us, proto.mutable_period_start());
  SetTime(invoice.period.end_us, proto.mutable_period_end());
  SetTime(invoice.made_us, proto.mutable_made_at());
  proto.set_issuer(invoice.issuer);
  proto.set_currency("USD");
  for (const InvoiceLine& line : invoice.lines) *proto.add_lines() = ToProto(line);
  proto.set_charges_nanos(invoice.charges_nanos);
  proto.set_adjustments_nanos(invoice.adjustments_nanos);
  proto.set_total_nanos(invoice.total_nanos);
  proto.set_due_cents(invoice.due_cents);
  proto.set_last_transaction(invoice.cut.transaction);
  proto.set_ledger_hash(ledger::ToHex(invoice.ledger_hash));
  return proto;
}

v1::AuditInvoiceResponse ToProto(const InvoiceAudit& audit) {
  v1::AuditInvoiceResponse proto;
  proto.set_lines(audit.lines);
  for (const std::string& difference : audit.differences) proto.add_differences(difference);
  return proto;
}

absl::StatusOr<v1::Document> ToDocument(const Invoice& invoice, v1::InvoiceFormat format) {
  constexpr char kCsv[] = "text/csv; charset=utf-8; header=present";
  switch (format) {
    case v1::INVOICE_FORMAT_CSV: return MakeDocument(invoice, kCsv, "csv", InvoiceCsv(invoice));
    case v1::INVOICE_FORMAT_FOCUS:
      return MakeDocument(invoice, kCsv, "focus.csv", InvoiceFocus(invoice));
    case v1::INVOICE_FORMAT_HTML:
      return MakeDocument(invoice, "text/html; charset=utf-8", "html", InvoiceHtml(invoice));
    default: return absl::InvalidArgumentError("format: must be CSV, FOCUS or HTML");
  }
}

absl::StatusOr<std::optional<Span>> DraftPeriod(const std::string& month,
                                                std::optional<std::int64_t> start_us,
                                                std::optional<std::int64_t> end_us) {
  if (start_us.has_value() != end_us.has_value()) {
    return absl::InvalidArgumentError("end_time: goes with start_time");
  }
  if (start_us && !month.empty()) {
    return absl::InvalidArgumentError("month: not together with start_time");
  }
  if (start_us) return Span{*start_us, *end_us};
  if (month.empty()) return std::nullopt;
  return ParseMonth(month);
}

std::string EncodeInvoiceToken(std::int64_t last_number) {
  return EncodePageToken(kList, last_number);
}

absl::StatusOr<std::int64_t> DecodeInvoiceToken(const std::string& token) {
  if (token.empty()) return std::numeric_limits<std::int64_t>::max();
  return DecodePageToken(kList, token);
}

}  // namespace furnace::metering::rpc
