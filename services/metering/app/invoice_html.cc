#include "services/metering/app/invoice_html.h"

#include <fmt/format.h>

#include <string_view>

#include "services/metering/domain/invoice_quantity.h"
#include "services/metering/domain/month.h"

namespace furnace::metering {
namespace {

constexpr std::string_view kStyle = R"(
body{font:14px/1.4 system-ui,sans-serif;color:#111;margin:2em auto;max-width:60em;padding:0 1em}
h1{font-size:1.6em;margin:0}
table{border-collapse:collapse;width:100%;margin:1.5em 0}
caption{text-align:left;font-weight:600;padding:.3em 0}
th,td{text-align:left;padding:.3em .6em;border-bottom:1px solid #ccc;vertical-align:top}
th{border-bottom:2px solid #111}
td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.id{font-family:monospace;font-size:.85em;word-break:break-all}
dl{display:grid;grid-template-columns:max-content auto;gap:.2em 1em}
dt{color:#555}dd{margin:0}
.due{font-size:1.3em;font-weight:600;text-align:right}
.draft{color:#a00;font-weight:600}
footer{color:#555;font-size:.85em;margin-top:2em}
@media print{body{margin:0;max-width:none}tr{break-inside:avoid}thead{display:table-header-group}}
@page{margin:1.5cm}
)";

constexpr std::string_view kNumber = " class=\"n\"";

std::string Escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      case '\'': html += "&#39;"; break;
      default: html.push_back(c);
    }
  }
  return html;
}

std::string Term(std::string_view name, std::string_view value) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, Escaped(value));
}

std::string_view Caption(LineSection section) {
  switch (section) {
    case LineSection::kUsage: return "Usage";
    case LineSection::kLate: return "Late: used earlier, reported after that invoice";
    case LineSection::kCorrection: return "Corrections";
    case LineSection::kAdjustment: return "Adjustments";
  }
  return "";
}

std::string Cell(std::string_view text, std::string_view attributes = "") {
  return fmt::format("<td{}>{}</td>", attributes, Escaped(text));
}

std::string What(const InvoiceLine& line) {
  if (line.kind == "credit") return "credit: the platform failed";
  if (line.description.empty()) return line.kind;
  return line.kind + ": " + line.description;
}

std::string Row(const InvoiceLine& line) {
  std::string price = PriceText(line);
  if (!price.empty()) price += fmt::format(" / {}", UnitOf(line).name);
  return fmt::format("<tr>{}{}{}{}{}{}{}</tr>\n", Cell(What(line)),
                     Cell(line.endpoint_id, " class=\"id\""), Cell(line.gpu_type),
                     Cell(TimeText(line.used.start_us) + " to " + TimeText(line.used.end_us)),
                     Cell(ReadableQuantity(line), kNumber), Cell(price, kNumber),
                     Cell(DollarText(line.amount_nanos), kNumber));
}

std::string Table(const Invoice& invoice, LineSection section) {
  std::string rows;
  for (const InvoiceLine& line : invoice.lines) {
    if (line.section == section) rows += Row(line);
  }
  if (rows.empty()) return "";
  return fmt::format(
      "<table><caption>{}</caption><thead><tr><th>What</th><th>Endpoint</th><th>GPU</th>"
      "<th>Used (UTC)</th><th class=\"n\">Quantity</th><th class=\"n\">Price, USD</th>"
      "<th class=\"n\">Amount, USD</th></tr></thead><tbody>\n{}</tbody></table>\n",
      Caption(section), rows);
}

std::string Head(const Invoice& invoice) {
  const bool draft = invoice.number == 0;
  std::string html =
      fmt::format("<h1>{}</h1>\n<dl>\n", draft ? "Invoice <span class=\"draft\">DRAFT</span>"
                                               : fmt::format("Invoice {}", invoice.number));
  html += Term("From", invoice.issuer);
  html += Term("Project", invoice.project_id);
  html += Term("Period", PeriodText(invoice.period));
  html += Term(draft ? "As of" : "Date", TimeText(invoice.made_us));
  if (!draft) html += Term("Invoice id", invoice.id);
  return html + "</dl>\n";
}

std::string Totals(const Invoice& invoice) {
  return fmt::format(
      "<p class=\"due\">Due: USD {}</p>\n<dl>\n{}{}{}</dl>\n", CentText(invoice.due_cents),
      Term("Charges", "USD " + DollarText(invoice.charges_nanos)),
      Term("Adjustments", "USD " + DollarText(invoice.adjustments_nanos)),
      Term("Total before rounding to cents", "USD " + DollarText(invoice.total_nanos)));
}

}  // namespace

std::string InvoiceHtml(const Invoice& invoice) {
  std::string tables;
  for (const LineSection section : {LineSection::kUsage, LineSection::kLate,
                                    LineSection::kCorrection, LineSection::kAdjustment}) {
    tables += Table(invoice, section);
  }
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>Invoice {}</title>"
      "<style>{}</style></head><body>\n{}{}{}"
      "<footer>Ledger transactions up to {}, chain hash {}. Each line is rounded once, half to "
      "even, to a billionth of a dollar.</footer>\n</body></html>\n",
      Escaped(PeriodText(invoice.period)), kStyle, Head(invoice), tables, Totals(invoice),
      invoice.cut.transaction, ledger::ToHex(invoice.ledger_hash));
}

}  // namespace furnace::metering
