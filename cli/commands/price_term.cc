#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "cli/commands/commands.h"
#include "cli/commands/dollars.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

constexpr const char* kTerms = "/v1/price-terms";

// What a term says, in a few words.
std::string FiguresOf(const Answer& term) {
  std::string text;
  for (const Answer& tier : term.Items("tiers")) {
    text += fmt::format("{}{} from {} on", text.empty() ? "" : ", ", FormatNanos(tier.Int("nanos")),
                        tier.Int("from"));
  }
  const std::int64_t quantity = term.Int("quantity");
  const std::string nanos = FormatNanos(term.Int("nanos"));
  if (term.Text("kind") == "ALLOWANCE") return fmt::format("{} free", quantity);
  if (term.Text("kind") == "PACKAGE") return fmt::format("{} for {} units", nanos, quantity);
  return text.empty() ? nanos : text;
}

struct ListOptions {
  std::string project;
};

void BindList(CLI::App& command, ListOptions& options) {
  command.add_option("--project", options.project, "for operators: whose (all)");
}

absl::StatusOr<int> List(const Session& session, const ListOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target(kTerms);
  target.Query("project_id", options.project);
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(target));
  Table table({"ID", "KIND", "UNIT", "GPU", "PROJECT", "TERM", "FROM", "UNTIL", "DESCRIPTION"});
  for (const Answer& term : answer.Items("terms")) {
    table.Add({std::to_string(term.Int("id")), term.Text("kind"), term.Text("unit"),
               term.Text("gpu_type"), term.Text("project_id"), FiguresOf(term),
               FormatTimestamp(term.Text("effective_from")),
               FormatTimestamp(term.Text("effective_until")), term.Text("description")});
  }
  return session.Show(answer, table.ToString());
}

struct AddOptions {
  std::string kind;
  std::string unit;
  std::string gpu_type;
  std::string project;
  std::int64_t quantity = 0;
  std::string price;
  std::vector<std::string> tiers;
  std::string from;
  std::string until;
  std::string description;
};

void BindAdd(CLI::App& command, AddOptions& options) {
  command.add_option("KIND", options.kind, "graduated, volume, package, allowance or minimum")
      ->required();
  command.add_option("--unit", options.unit, "gpu_second, invocation or gb_month");
  command.add_option("--gpu", options.gpu_type, "only GPU time of this type (all)");
  command.add_option("--project", options.project, "only for this project (all)");
  command.add_option("--quantity", options.quantity, "units that are free, or of a package");
  command.add_option("--price", options.price, "dollars: of a package, or the minimum");
  command
      .add_option("--tier", options.tiers, "UNITS:DOLLARS: the price after the first units; repeat")
      ->allow_extra_args(false);
  command.add_option("--from", options.from,
                     "first month, RFC 3339: 2027-01-01T00:00:00Z (the next one)");
  command.add_option("--until", options.until, "first month it goes no more for (no end)");
  command.add_option("--description", options.description, "for invoices");
}

void AddText(std::string& json, std::string_view name, const std::string& value) {
  if (!value.empty()) json += fmt::format(R"(,"{}":{})", name, json::Quote(value));
}

absl::StatusOr<std::string> TierOf(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string::npos || colon > 15 ||
      text.find_first_not_of("0123456789") != colon) {
    return UsageError(fmt::format("--tier: '{}' is not UNITS:DOLLARS", text));
  }
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos,
                           ParseDollars(text.substr(colon + 1), "--tier"));
  return fmt::format(R"({{"from":{},"nanos":{}}})", std::stoll(text.substr(0, colon)), nanos);
}

absl::StatusOr<std::string> BodyOf(const AddOptions& options) {
  std::string body =
      fmt::format(R"({{"kind":{})", json::Quote(absl::AsciiStrToUpper(options.kind)));
  AddText(body, "unit", absl::AsciiStrToUpper(options.unit));
  AddText(body, "gpu_type", options.gpu_type);
  AddText(body, "project_id", options.project);
  if (options.quantity != 0) body += fmt::format(R"(,"quantity":{})", options.quantity);
  if (!options.price.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, ParseDollars(options.price, "--price"));
    body += fmt::format(R"(,"nanos":{})", nanos);
  }
  std::string tiers;
  for (const std::string& text : options.tiers) {
    FURNACE_ASSIGN_OR_RETURN(const std::string tier, TierOf(text));
    tiers += (tiers.empty() ? "" : ",") + tier;
  }
  if (!tiers.empty()) body += fmt::format(R"(,"tiers":[{}])", tiers);
  AddText(body, "effective_from", options.from);
  AddText(body, "effective_until", options.until);
  AddText(body, "description", options.description);
  return body + "}";
}

absl::StatusOr<int> Add(const Session& session, const AddOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const std::string body, BodyOf(options));
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer term, client.Post(Target(kTerms), body));
  return session.Show(term, fmt::format("term {}: from {} on\n", term.Int("id"),
                                        FormatTimestamp(term.Text("effective_from"))));
}

struct EndOptions {
  std::int64_t id = 0;
  std::string until;
};

void BindEnd(CLI::App& command, EndOptions& options) {
  command.add_option("ID", options.id, "as `furnace price terms list` shows it")
      ->required()
      ->check(CLI::PositiveNumber);
  command.add_option("--until", options.until,
                     "first month it goes no more for, RFC 3339 (the next one)");
}

absl::StatusOr<int> End(const Session& session, const EndOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target(kTerms);
  target.Segment(std::to_string(options.id)).Segment("end");
  const std::string body = options.until.empty() ? "{}"
                                                 : fmt::format(R"({{"effective_until":{}}})",
                                                               json::Quote(options.until));
  FURNACE_ASSIGN_OR_RETURN(const Answer term, client.Post(target, body));
  return session.Show(term, fmt::format("term {}: until {}\n", term.Int("id"),
                                        FormatTimestamp(term.Text("effective_until"))));
}

}  // namespace

void AddPriceTermCommands(CLI::App& price, Session& session) {
  CLI::App& noun =
      AddNoun(price, "terms", "Tiers, packages, allowances and minimums of whole months");
  AddCommand<ListOptions>(noun, session, "list", "Show the project's", BindList, List);
  AddCommand<AddOptions>(noun, session, "add", "Agree a term (for operators)", BindAdd, Add);
  AddCommand<EndOptions>(noun, session, "end", "End a term (for operators)", BindEnd, End);
}

}  // namespace furnace::cli
