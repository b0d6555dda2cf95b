#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/commands/json_object.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

constexpr std::int64_t kNanosOfACent = 10'000'000;
constexpr std::int64_t kMicrosOfAMinute = 60'000'000;
constexpr std::int64_t kMostCents = 900'000'000;
constexpr std::int64_t kMostMinutes = 150'000'000;

Target BudgetAt(const std::string& id) {
  Target target("/v1/budgets");
  target.Segment(id);
  return target;
}

// An amount in the unit of a budget's limit.
std::string Amount(const Answer& spec, std::int64_t amount) {
  return spec.Has("limit_gpu_time_us") && spec.Int("limit_gpu_time_us") > 0 ? FormatMicros(amount)
                                                                            : FormatNanos(amount);
}

std::string Limit(const Answer& spec) {
  return Amount(spec, spec.Int("limit_gpu_time_us") + spec.Int("limit_nanos"));
}

std::string Scope(const Answer& spec) {
  const std::string endpoint = spec.Text("endpoint_id");
  const std::string key = spec.Text("api_key_id");
  if (key.empty()) return endpoint.empty() ? "project" : endpoint;
  return endpoint.empty() ? "key " + key : fmt::format("key {} at {}", key, endpoint);
}

std::string Describe(const Answer& budget) {
  const Answer spec = budget.Object("spec");
  return fmt::format(
      "id            {}\nname          {}\nfor           {}\nlimit         {} a {}\n"
      "spent         {}\nhard stop     {}\nwindow        {} to {}\n",
      budget.Text("id"), Printable(spec.Text("name")), Scope(spec), Limit(spec),
      spec.Text("window"), Amount(spec, budget.Int("spent")), spec.Bool("hard_stop") ? "yes" : "no",
      FormatTimestamp(budget.Text("window_start")),
      budget.Has("window_end") ? FormatTimestamp(budget.Text("window_end")) : "ever");
}

/// What `create` and `update` share.
struct SpecOptions {
  std::string budget;
  std::string name;
  std::string endpoint;
  std::string api_key;
  std::int64_t cents = 0;
  std::int64_t gpu_minutes = 0;
  std::string window = "MONTH";
  std::vector<int> thresholds;
  bool hard = false;
  bool locked = false;
  std::string webhook;
};

void BindSpec(CLI::App& command, SpecOptions& options) {
  command.add_option("--name", options.name, "unique in the project, of [a-z0-9-]")->required();
  command.add_option("--endpoint", options.endpoint, "its id or name; without: the whole project");
  command.add_option("--key", options.api_key,
                     "id of a key, of `furnace key list`; without: whoever submits the jobs");
  auto* cents = command.add_option("--limit-cents", options.cents, "in cents of a dollar")
                    ->check(CLI::Range(std::int64_t{1}, kMostCents));
  command.add_option("--limit-gpu-minutes", options.gpu_minutes, "in minutes of GPU time")
      ->check(CLI::Range(std::int64_t{1}, kMostMinutes))
      ->excludes(cents);
  command.add_option("--window", options.window, "HOUR, DAY, WEEK, MONTH or GRANT (MONTH)")
      ->transform(CLI::IsMember({"HOUR", "DAY", "WEEK", "MONTH", "GRANT"}, CLI::ignore_case));
  command.add_option("--threshold", options.thresholds, "percent at which to alert (50 80 100)");
  command.add_flag("--hard-stop", options.hard, "start nothing while it is spent");
  command.add_flag("--locked", options.locked, "only operators may change it");
  command.add_option("--webhook", options.webhook, "URL that alerts are sent to");
}

void BindUpdate(CLI::App& command, SpecOptions& options) {
  command.add_option("BUDGET", options.budget, "its id")->required();
  BindSpec(command, options);
}

absl::StatusOr<std::string> SpecJson(RestClient& client, const SpecOptions& options) {
  if (options.cents == 0 && options.gpu_minutes == 0) {
    return absl::InvalidArgumentError("--limit-cents or --limit-gpu-minutes is needed");
  }
  using Text = std::optional<std::string>;
  using Number = std::optional<std::int64_t>;
  JsonObject spec;
  spec.Add("name", Text(options.name));
  if (!options.endpoint.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
    spec.Add("endpoint_id", Text(id));
  }
  if (!options.api_key.empty()) spec.Add("api_key_id", Text(options.api_key));
  if (options.cents > 0) spec.Add("limit_nanos", Number(options.cents * kNanosOfACent));
  if (options.gpu_minutes > 0) {
    spec.Add("limit_gpu_time_us", Number(options.gpu_minutes * kMicrosOfAMinute));
  }
  spec.Add("window", Text(options.window));
  if (!options.thresholds.empty()) {
    spec.AddRaw("thresholds", fmt::format("[{}]", fmt::join(options.thresholds, ",")));
  }
  if (options.hard) spec.Add("hard_stop", std::optional<bool>(true));
  if (options.locked) spec.Add("locked", std::optional<bool>(true));
  if (!options.webhook.empty()) spec.Add("webhook", Text(options.webhook));
  return spec.ToString();
}

absl::StatusOr<int> Create(const Session& session, const SpecOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string spec, SpecJson(client, options));
  FURNACE_ASSIGN_OR_RETURN(const Answer budget, client.Post(Target("/v1/budgets"), spec));
  return session.Show(budget, Describe(budget));
}

absl::StatusOr<int> Update(const Session& session, const SpecOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string spec, SpecJson(client, options));
  FURNACE_ASSIGN_OR_RETURN(const Answer budget, client.Put(BudgetAt(options.budget), spec));
  return session.Show(budget, Describe(budget));
}

absl::StatusOr<int> List(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(Target("/v1/budgets")));
  Table table({"NAME", "ID", "FOR", "WINDOW", "LIMIT", "SPENT", "HARD STOP"});
  for (const Answer& budget : answer.Items("budgets")) {
    const Answer spec = budget.Object("spec");
    table.Add({spec.Text("name"), budget.Text("id"), Scope(spec), spec.Text("window"), Limit(spec),
               Amount(spec, budget.Int("spent")), spec.Bool("hard_stop") ? "yes" : "no"});
  }
  return session.Show(answer, table.ToString());
}

struct OneOptions {
  std::string budget;
};

void BindOne(CLI::App& command, OneOptions& options) {
  command.add_option("BUDGET", options.budget, "its id")->required();
}

absl::StatusOr<int> Get(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer budget, client.Get(BudgetAt(options.budget)));
  return session.Show(budget, Describe(budget));
}

absl::StatusOr<int> Delete(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer budget, client.Delete(BudgetAt(options.budget)));
  return session.Show(
      budget, fmt::format("deleted {} ({})\n", Printable(budget.Object("spec").Text("name")),
                          Printable(budget.Text("id"))));
}

absl::StatusOr<int> Alerts(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer,
                           client.Get(BudgetAt(options.budget).Segment("alerts")));
  Table table({"WINDOW", "THRESHOLD", "NOTICED", "DELIVERED", "ATTEMPTS", "LAST ERROR"});
  for (const Answer& alert : answer.Items("alerts")) {
    table.Add(
        {FormatTimestamp(alert.Text("window_start")), fmt::format("{} %", alert.Int("threshold")),
         FormatTimestamp(alert.Text("created_at")), FormatTimestamp(alert.Text("delivered_at")),
         std::to_string(alert.Int("attempts")), alert.Text("last_error")});
  }
  return session.Show(answer, table.ToString());
}

}  // namespace

void AddBudgetCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "budget", "What the project may spend");
  AddCommand<SpecOptions>(noun, session, "create", "Set a limit", BindSpec, Create);
  AddCommand<NoOptions>(noun, session, "list", "List budgets and what is spent", BindNothing, List);
  AddCommand<OneOptions>(noun, session, "get", "Show a budget and what is spent", BindOne, Get);
  AddCommand<SpecOptions>(noun, session, "update", "Replace a budget's limit and rules", BindUpdate,
                          Update);
  AddCommand<OneOptions>(noun, session, "delete", "Delete a budget", BindOne, Delete);
  AddCommand<OneOptions>(noun, session, "alerts", "List thresholds that were reached", BindOne,
                         Alerts);
}

}  // namespace furnace::cli
