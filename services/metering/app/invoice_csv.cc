#include "services/metering/app/invoice_csv.h"

#include "services/metering/app/csv.h"
#include "services/metering/domain/invoice_quantity.h"
#include "services/metering/domain/month.h"

namespace furnace::metering {

std::string InvoiceCsv(const Invoice& invoice) {
  std::string csv = CsvLine({"invoice_id", "number", "project_id", "period_start", "period_end",
                             "section", "kind", "endpoint_id", "gpu_type", "reference",
                             "description", "used_from", "used_to", "quantity", "unit",
                             "unit_price_usd", "exact_quantity", "exact_amount_usd", "amount_usd"});
  for (const InvoiceLine& line : invoice.lines) {
    csv += CsvLine({invoice.id, invoice.number == 0 ? "" : std::to_string(invoice.number),
                    invoice.project_id, TimeText(invoice.period.start_us),
                    TimeText(invoice.period.end_us), std::string(NameOf(line.section)), line.kind,
                    line.endpoint_id, CsvText(line.gpu_type), CsvText(line.reference),
                    CsvText(line.description), TimeText(line.used.start_us),
                    TimeText(line.used.end_us), QuantityText(line), std::string(UnitOf(line).name),
                    PriceText(line), ToString(line.quantity), ExactDollarText(line.amount),
                    DollarText(line.amount_nanos)});
  }
  return csv;
}

}  // namespace furnace::metering
