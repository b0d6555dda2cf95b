#include "services/metering/domain/invoice.h"

#include <fmt/format.h>

#include <array>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering {
namespace {

constexpr std::array<std::string_view, 4> kSections = {"usage", "late", "correction", "adjustment"};
constexpr std::array<std::string_view, 6> kAdjustments = {"volume_tier", "package", "allowance",
                                                          "minimum",     "subsidy", "credit_grant"};

template <typename Names>
std::string_view At(const Names& names, std::size_t index) {
  return index < names.size() ? names[index] : "invalid";
}

}  // namespace

absl::Status Settle(Invoice& invoice) {
  Int128 charges = 0;
  Int128 adjustments = 0;
  for (InvoiceLine& line : invoice.lines) {
    FURNACE_ASSIGN_OR_RETURN(line.amount_nanos, ToNanos(line.amount));
    (line.section == LineSection::kAdjustment ? adjustments : charges) += line.amount_nanos;
  }
  const Int128 total = charges + adjustments;
  FURNACE_ASSIGN_OR_RETURN(invoice.charges_nanos, ToInt64(charges, "charges"));
  FURNACE_ASSIGN_OR_RETURN(invoice.adjustments_nanos, ToInt64(adjustments, "adjustments"));
  FURNACE_ASSIGN_OR_RETURN(invoice.total_nanos, ToInt64(total, "total"));
  FURNACE_ASSIGN_OR_RETURN(invoice.due_cents, ToInt64(DivideHalfEven(total, kNanosPerCent), "due"));
  return absl::OkStatus();
}

InvoiceLine LineOf(const Adjustment& adjustment, Span period) {
  return {.section = LineSection::kAdjustment,
          .kind = std::string(NameOf(adjustment.kind)),
          .endpoint_id = adjustment.endpoint_id,
          .gpu_type = adjustment.gpu_type,
          .reference = adjustment.reference,
          .description = adjustment.description,
          .quantity = adjustment.quantity,
          .used = period,
          .amount = adjustment.amount};
}

std::string InvoiceIdOf(const std::string& project_id, std::int64_t number) {
  return UuidOfName(project_id, fmt::format("invoice {}", number));
}

std::string_view NameOf(LineSection section) {
  return At(kSections, static_cast<std::size_t>(section));
}

std::string_view NameOf(AdjustmentKind kind) {
  return At(kAdjustments, static_cast<std::size_t>(kind));
}

absl::StatusOr<LineSection> ParseLineSection(std::string_view name) {
  for (std::size_t i = 0; i < kSections.size(); ++i) {
    if (kSections[i] == name) return static_cast<LineSection>(i);
  }
  return Error(absl::StatusCode::kInternal, "unknown invoice section '{}'", name);
}

}  // namespace furnace::metering
