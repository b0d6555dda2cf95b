#include <fmt/format.h>

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

constexpr std::size_t kMaxLimit = 100'000;

std::string OrAll(const std::string& text) { return text.empty() ? "all" : text; }

std::string PriceOf(const Answer& price) { return FormatNanos(price.Int("nanos")); }

struct ListOptions {
  bool history = false;
  std::string project;
  std::size_t limit = 100;
};

void BindList(CLI::App& command, ListOptions& options) {
  command.add_flag("--history", options.history,
                   "all lines there ever were, with ids (for operators)");
  command.add_option("--project", options.project, "with --history: only this project's");
  command.add_option("--limit", options.limit, "with --history: most to show (100)")
      ->check(CLI::Range(std::size_t{1}, kMaxLimit));
}

absl::StatusOr<int> ListHistory(const Session& session, const ListOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/prices/history");
  target.Query("project_id", options.project);
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> lines,
                           FetchAll(client, target, "lines", options.limit));
  Table table({"ID", "UNIT", "GPU", "REGION", "TIER", "PROJECT", "PRICE", "FROM", "WITHDRAWN"});
  for (const Answer& line : lines) {
    const Answer price = line.Object("price");
    table.Add({std::to_string(line.Int("id")), price.Text("unit"), price.Text("gpu_type"),
               OrAll(price.Text("region")), OrAll(price.Text("tier")),
               OrAll(price.Text("project_id")), line.Bool("ended") ? "ended" : PriceOf(price),
               FormatTimestamp(price.Text("effective_from")),
               FormatTimestamp(line.Text("withdrawn_at"))});
  }
  return session.Show(JoinItems("lines", lines), table.ToString());
}

absl::StatusOr<int> List(const Session& session, const ListOptions& options) {
  if (options.history) return ListHistory(session, options);
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(Target("/v1/prices")));
  Table table({"UNIT", "GPU", "REGION", "TIER", "FOR", "PRICE", "FROM"});
  for (const Answer& price : answer.Items("prices")) {
    table.Add({price.Text("unit"), price.Text("gpu_type"), OrAll(price.Text("region")),
               OrAll(price.Text("tier")), price.Text("project_id").empty() ? "all" : "this project",
               PriceOf(price), FormatTimestamp(price.Text("effective_from"))});
  }
  return session.Show(answer, table.ToString());
}

struct SetOptions {
  std::string unit;
  std::string price;
  std::string gpu_type;
  std::string region;
  std::string tier;
  std::string project;
  std::string from;
};

void BindSet(CLI::App& command, SetOptions& options) {
  command.add_option("UNIT", options.unit, "gpu_second, warm_gpu_second, invocation or gb_month")
      ->required();
  command
      .add_option(
          "PRICE", options.price,
          "dollars a unit, such as 0.00006; 'ended' ends a line of a region, tier or project")
      ->required();
  command.add_option("--gpu", options.gpu_type, "GPU type, for GPU time");
  command.add_option("--region", options.region, "only there (all)");
  command.add_option("--tier", options.tier, "only on_demand, spot or reserved (all)");
  command.add_option("--project", options.project, "only for this project (all)");
  command.add_option("--from", options.from,
                     "in force from this whole UTC hour on, RFC 3339 (the next hour)");
}

void AddField(std::string& json, std::string_view name, const std::string& value) {
  if (!value.empty()) json += fmt::format(R"(,"{}":{})", name, json::Quote(value));
}

// A unit or kind as the API names it.
std::string EnumName(const std::string& name) { return json::Quote(absl::AsciiStrToUpper(name)); }

absl::StatusOr<std::string> BodyOf(const SetOptions& options) {
  std::string price = R"({"unit":)" + EnumName(options.unit);
  if (options.price == "ended") {
    price += R"(,"ended":true)";
  } else {
    FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, ParseDollars(options.price, "PRICE"));
    price += fmt::format(R"(,"nanos":{})", nanos);
  }
  AddField(price, "gpu_type", options.gpu_type);
  AddField(price, "region", options.region);
  AddField(price, "tier", options.tier);
  AddField(price, "project_id", options.project);
  AddField(price, "effective_from", options.from);
  return fmt::format(R"({{"prices":[{}}}]}})", price);
}

absl::StatusOr<int> Set(const Session& session, const SetOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const std::string body, BodyOf(options));
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Post(Target("/v1/prices"), body));
  std::string text;
  for (const Answer& line : answer.Items("lines")) {
    text += fmt::format("price {}: in force from {} on\n", line.Int("id"),
                        FormatTimestamp(line.Object("price").Text("effective_from")));
  }
  return session.Show(answer, text);
}

struct IdOptions {
  std::int64_t id = 0;
};

void BindId(CLI::App& command, IdOptions& options) {
  command.add_option("ID", options.id, "as `furnace price list --history` shows it")
      ->required()
      ->check(CLI::PositiveNumber);
}

absl::StatusOr<int> Withdraw(const Session& session, const IdOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/prices");
  target.Segment(std::to_string(options.id)).Segment("withdraw");
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Post(target, "{}"));
  return session.Show(answer, fmt::format("price {} is withdrawn\n", options.id));
}

}  // namespace

void AddPriceCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "price", "The price list");
  AddCommand<ListOptions>(noun, session, "list", "Show the prices in force", BindList, List);
  AddCommand<SetOptions>(noun, session, "set", "Announce a price (for operators)", BindSet, Set);
  AddCommand<IdOptions>(noun, session, "withdraw", "Take an announced price back (for operators)",
                        BindId, Withdraw);
  AddPriceTermCommands(noun, session);
}

}  // namespace furnace::cli
