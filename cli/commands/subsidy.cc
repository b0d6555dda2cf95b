#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/dollars.h"
#include "cli/commands/json_object.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

constexpr std::int64_t kSecondsOfHour = 3'600;
constexpr std::int64_t kBpOfPercent = 100;
constexpr std::int64_t kMaxGpuHours = 277'777;

std::string Join(const std::vector<std::string>& texts, const char* between) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : between) + text;
  return joined;
}

std::string LimitOf(const Answer& policy) {
  std::vector<std::string> limits;
  if (const std::int64_t seconds = policy.Int("max_gpu_seconds"); seconds > 0) {
    limits.push_back(fmt::format("{} GPU-seconds", seconds));
  }
  if (const std::int64_t nanos = policy.Int("max_nanos"); nanos > 0) {
    limits.push_back(FormatNanos(nanos));
  }
  return Join(limits, ", ");
}

std::string Describe(const std::vector<Answer>& policies) {
  Table table({"NAME", "PRIORITY", "PAYS", "UP TO", "WHEN"});
  for (const Answer& policy : policies) {
    const std::int64_t bp = policy.Int("percent_bp");
    table.Add({policy.Text("name"), std::to_string(policy.Int("priority")),
               policy.Bool("disabled")
                   ? "disabled"
                   : fmt::format("{}.{:02} %", bp / kBpOfPercent, bp % kBpOfPercent),
               LimitOf(policy), Join(policy.Texts("conditions"), " and ")});
  }
  return table.ToString();
}

absl::StatusOr<int> List(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(Target("/v1/subsidies")));
  return session.Show(answer, Describe(answer.Items("policies")));
}

struct PolicyOptions {
  std::string name;
  std::vector<std::string> when;
  int percent = 100;
  int priority = 0;
  std::int64_t gpu_hours = 0;
  std::string usd;
  std::vector<std::string> gpu_types;
  std::vector<std::string> kinds;
  std::string description;
  std::string from;
  bool disabled = false;
};

void BindPolicy(CLI::App& command, PolicyOptions& options) {
  command.add_option("NAME", options.name, "of [a-z0-9_-]")->required();
  command
      .add_option("--when", options.when,
                  "a condition, like 'reputation >= 50' or 'tier in (gold, silver)'; all must hold")
      ->take_all();
  command.add_option("--percent", options.percent, "what part is paid, 1 to 100 (100)")
      ->check(CLI::Range(1, 100));
  command.add_option("--gpu-hours", options.gpu_hours, "most GPU-hours a month")
      ->check(CLI::Range(std::int64_t{1}, kMaxGpuHours));
  command.add_option("--usd", options.usd, "most dollars a month");
  command.add_option("--gpu", options.gpu_types, "only for these GPU types");
  command.add_option("--kind", options.kinds, "only for GPU_TIME, INVOCATION or STORAGE");
  command.add_option("--priority", options.priority, "lower is applied first (0)");
  command.add_option("--description", options.description, "what is shown for it");
  command.add_option("--from", options.from, "in force from: RFC 3339 (now)");
  command.add_flag("--disabled", options.disabled, "matches no project");
}

std::optional<std::string> Given(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

absl::StatusOr<int> Set(const Session& session, const PolicyOptions& options) {
  JsonObject policy;
  policy.Add("conditions", options.when);
  policy.Add("priority", std::optional<std::int64_t>(options.priority));
  policy.Add("percent_bp", std::optional<std::int64_t>(options.percent * kBpOfPercent));
  policy.Add("max_gpu_seconds", std::optional<std::int64_t>(options.gpu_hours * kSecondsOfHour));
  if (!options.usd.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, ParseDollars(options.usd, "--usd"));
    policy.Add("max_nanos", std::optional<std::int64_t>(nanos));
  }
  policy.Add("gpu_types", options.gpu_types);
  policy.Add("kinds", options.kinds);
  policy.Add("description", Given(options.description));
  policy.Add("effective_from", Given(options.from));
  policy.Add("disabled", std::optional<bool>(options.disabled));
  JsonObject request;
  request.AddRaw("policy", policy.ToString());
  Target target("/v1/subsidies");
  target.Segment(options.name);
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer stored, client.Put(target, request.ToString()));
  return session.Show(stored, Describe({stored}));
}

struct DecisionsOptions {
  std::string project;
  std::size_t limit = 20;
};

void BindDecisions(CLI::App& command, DecisionsOptions& options) {
  constexpr std::size_t kMaxLimit = 10'000;
  command.add_option("--project", options.project, "UUID of another project (for operators)");
  command.add_option("--limit", options.limit, "most to show (20)")
      ->check(CLI::Range(std::size_t{1}, kMaxLimit));
}

absl::StatusOr<int> Decisions(const Session& session, const DecisionsOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/subsidy-decisions");
  target.Query("project_id", options.project);
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> decisions,
                           FetchAll(client, target, "decisions", options.limit));
  Table table({"ID", "DECIDED", "PERIOD", "BY", "RESULT", "NOTE"});
  for (const Answer& decision : decisions) {
    table.Add({std::to_string(decision.Int("id")), FormatTimestamp(decision.Text("decided_at")),
               FormatTimestamp(decision.Text("start_time")), decision.Text("decider"),
               std::string(decision.Raw("result")), decision.Text("note")});
  }
  return session.Show(JoinItems("decisions", decisions), table.ToString());
}

struct AttributesOptions {
  std::string project = "me";
  std::vector<std::string> attributes;
  std::string from;
};

Target AttributesOf(const std::string& project) {
  Target target("/v1/projects");
  target.Segment(project).Segment("attributes");
  return target;
}

void BindKnow(CLI::App& command, AttributesOptions& options) {
  command.add_option("PROJECT", options.project, "UUID of the project")->required();
  command.add_option("NAME=VALUE", options.attributes, "all that is known of it");
  command.add_option("--from", options.from, "from when on: RFC 3339 (now)");
}

absl::StatusOr<int> Know(const Session& session, const AttributesOptions& options) {
  JsonObject attributes;
  for (const std::string& text : options.attributes) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) return UsageError("know: attributes are NAME=VALUE");
    attributes.Add(text.substr(0, equals), std::optional(text.substr(equals + 1)));
  }
  JsonObject request;
  request.AddRaw("attributes", attributes.ToString());
  request.Add("effective_from", Given(options.from));
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer known,
                           client.Put(AttributesOf(options.project), request.ToString()));
  return session.Show(known,
                      fmt::format("from {}: {}\n", FormatTimestamp(known.Text("effective_from")),
                                  known.Raw("attributes")));
}

void BindKnown(CLI::App& command, AttributesOptions& options) {
  command.add_option("PROJECT", options.project, "UUID of another project (for operators)");
}

absl::StatusOr<int> Known(const Session& session, const AttributesOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(AttributesOf(options.project)));
  Table table({"FROM", "RECORDED", "ATTRIBUTES"});
  for (const Answer& known : answer.Items("history")) {
    table.Add({FormatTimestamp(known.Text("effective_from")),
               FormatTimestamp(known.Text("recorded_at")), std::string(known.Raw("attributes"))});
  }
  return session.Show(answer, table.ToString());
}

}  // namespace

void AddSubsidyCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "subsidy", "Policies that pay for projects' usage");
  AddCommand<NoOptions>(noun, session, "list", "List the policies in force (for operators)",
                        BindNothing, List);
  AddCommand<PolicyOptions>(noun, session, "set", "Store a policy (for operators)", BindPolicy,
                            Set);
  AddCommand<DecisionsOptions>(noun, session, "decisions",
                               "List what was decided on a project, newest first", BindDecisions,
                               Decisions);
  AddCommand<AttributesOptions>(noun, session, "know",
                                "Say what is known of a project (for operators)", BindKnow, Know);
  AddCommand<AttributesOptions>(noun, session, "known", "List what is known of a project",
                                BindKnown, Known);
}

}  // namespace furnace::cli
