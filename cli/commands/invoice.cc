#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "cli/print/terminal.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

constexpr std::size_t kMaxLimit = 100'000;

struct ListOptions {
  std::size_t limit = 100;
};

void BindList(CLI::App& command, ListOptions& options) {
  command.add_option("--limit", options.limit, "most to show (100)")
      ->check(CLI::Range(std::size_t{1}, kMaxLimit));
}

absl::StatusOr<int> List(const Session& session, const ListOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> invoices,
                           FetchAll(client, Target("/v1/invoices"), "invoices", options.limit));
  Table table({"NUMBER", "ID", "FROM", "TO", "TOTAL", "FINAL SINCE"});
  for (const Answer& invoice : invoices) {
    table.Add({std::to_string(invoice.Int("number")), invoice.Text("id"),
               FormatTimestamp(invoice.Text("period_start")),
               FormatTimestamp(invoice.Text("period_end")), FormatNanos(invoice.Int("total_nanos")),
               FormatTimestamp(invoice.Text("made_at"))});
  }
  return session.Show(JoinItems("invoices", invoices), table.ToString());
}

struct GetOptions {
  std::string id = "draft";
  std::string month;
  std::string from;
  std::string to;
  std::string format;
};

void BindGet(CLI::App& command, GetOptions& options) {
  command.add_option("ID", options.id, "a final invoice's id, or draft (draft)");
  command.add_option("--month", options.month,
                     "of a draft: a month like 2026-03 (the first without an invoice)");
  command.add_option("--from", options.from, "of a draft: from this whole hour on, RFC 3339");
  command.add_option("--to", options.to, "of a draft: before this whole hour, RFC 3339");
  command.add_option("--format", options.format, "json, csv, focus or html")
      ->check(CLI::IsMember({"json", "csv", "focus", "html"}));
}

std::string Describe(const Answer& invoice) {
  Table table({"SECTION", "KIND", "ENDPOINT", "GPU", "QUANTITY", "PRICE", "AMOUNT"});
  for (const Answer& line : invoice.Items("lines")) {
    const std::string unit = line.Text("unit");
    table.Add({line.Text("section"), line.Text("kind"), line.Text("endpoint_id"),
               line.Text("gpu_type"), line.Text("readable_quantity"),
               line.Has("unit_price_nanos")
                   ? fmt::format("{}/{}", FormatNanos(line.Int("unit_price_nanos")), unit)
                   : "",
               FormatNanos(line.Int("amount_nanos"))});
  }
  const std::int64_t number = invoice.Int("number");
  constexpr std::int64_t kNanosPerCent = 10'000'000;
  return fmt::format("{} of {} to {}\n{}total {}, due {}\n",
                     number == 0 ? "draft" : fmt::format("invoice {}", number),
                     FormatTimestamp(Printable(invoice.Text("period_start"))),
                     FormatTimestamp(Printable(invoice.Text("period_end"))), table.ToString(),
                     FormatNanos(invoice.Int("total_nanos")),
                     FormatNanos(invoice.Int("due_cents") * kNanosPerCent));
}

std::string FormatName(const std::string& format) {
  if (format == "csv") return "CSV";
  return format == "focus" ? "FOCUS" : "HTML";
}

absl::StatusOr<int> Get(const Session& session, const GetOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  const bool is_file = !options.format.empty() && options.format != "json";
  Target target("/v1/invoices");
  target.Segment(options.id);
  if (is_file) target.Segment("document").Query("format", FormatName(options.format));
  target.Query("month", options.month).Query("start_time", options.from);
  target.Query("end_time", options.to);
  if (is_file) {
    FURNACE_ASSIGN_OR_RETURN(const std::string file, client.GetFile(target));
    if (WriteOut(file)) return kExitOk;
    return absl::DataLossError("cannot write to standard output");
  }
  FURNACE_ASSIGN_OR_RETURN(const Answer invoice, client.Get(target));
  if (options.format == "json") return session.Show(invoice, fmt::format("{}\n", invoice.json()));
  return session.Show(invoice, Describe(invoice));
}

struct FinalizeOptions {
  std::string month;
  std::string project;
};

void BindFinalize(CLI::App& command, FinalizeOptions& options) {
  command.add_option("MONTH", options.month, "a month that is over, like 2026-03")->required();
  command.add_option("--project", options.project, "UUID of the project (the key's own)");
}

absl::StatusOr<int> Finalize(const Session& session, const FinalizeOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  std::string body = fmt::format(R"({{"month":{})", json::Quote(options.month));
  if (!options.project.empty()) {
    body += fmt::format(R"(,"project_id":{})", json::Quote(options.project));
  }
  FURNACE_ASSIGN_OR_RETURN(const Answer invoice,
                           client.Post(Target("/v1/invoices/finalize"), body + "}"));
  return session.Show(invoice, Describe(invoice));
}

}  // namespace

void AddInvoiceCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "invoice", "What the project owes, by month");
  AddCommand<ListOptions>(noun, session, "list", "Final invoices, the newest first", BindList,
                          List);
  AddCommand<GetOptions>(noun, session, "get", "Show an invoice or a draft", BindGet, Get);
  AddCommand<FinalizeOptions>(noun, session, "finalize",
                              "Make a month's invoice final now (for operators)", BindFinalize,
                              Finalize);
}

}  // namespace furnace::cli
