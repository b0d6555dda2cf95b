#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/dollars.h"
#include "cli/commands/json_object.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

std::string Describe(const std::vector<Answer>& grants) {
  Table table({"ID", "PRIORITY", "VALID UNTIL", "AMOUNT", "USED", "HELD", "LEFT", "REASON"});
  for (const Answer& grant : grants) {
    const Answer spec = grant.Object("spec");
    table.Add({grant.Text("id"), std::to_string(spec.Int("priority")),
               FormatTimestamp(spec.Text("valid_until")), FormatNanos(spec.Int("amount_nanos")),
               FormatNanos(grant.Int("used_nanos")), FormatNanos(grant.Int("held_nanos")),
               FormatNanos(grant.Int("left_nanos")), spec.Text("reason")});
  }
  return table.ToString();
}

struct ProjectOption {
  std::string project;
};

void BindProject(CLI::App& command, ProjectOption& options) {
  command.add_option("--project", options.project, "UUID of another project (for operators)");
}

absl::StatusOr<int> List(const Session& session, const ProjectOption& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/credits/grants");
  target.Query("project_id", options.project);
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(target));
  return session.Show(answer, Describe(answer.Items("grants")));
}

struct GrantOptions {
  std::string project;
  std::string usd;
  std::string until;
  std::string from;
  std::string reason;
  std::string key;
  int priority = 0;
  std::vector<std::string> endpoints;
  std::vector<std::string> gpu_types;
  std::vector<std::string> kinds;
};

void BindGrant(CLI::App& command, GrantOptions& options) {
  command.add_option("PROJECT", options.project, "UUID of the project")->required();
  command.add_option("--usd", options.usd, "dollars, like 99.50")->required();
  command.add_option("--until", options.until, "valid until: RFC 3339")->required();
  command.add_option("--from", options.from, "valid from (now)");
  command.add_option("--reason", options.reason, "why it is given")->required();
  command.add_option("--priority", options.priority, "lower is used first (0)");
  command.add_option("--key", options.key, "idempotency key: makes it safe to repeat");
  command.add_option("--endpoint", options.endpoints, "only for these endpoints");
  command.add_option("--gpu", options.gpu_types, "only for these GPU types");
  command.add_option("--kind", options.kinds, "only for GPU_TIME, INVOCATION or STORAGE");
}

std::optional<std::string> Given(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

absl::StatusOr<int> Give(const Session& session, const GrantOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, ParseDollars(options.usd, "--usd"));
  JsonObject spec;
  spec.Add("amount_nanos", std::optional<std::int64_t>(nanos));
  spec.Add("priority", std::optional<std::int64_t>(options.priority));
  spec.Add("valid_from", Given(options.from));
  spec.Add("valid_until", Given(options.until));
  spec.Add("endpoint_ids", options.endpoints);
  spec.Add("gpu_types", options.gpu_types);
  spec.Add("kinds", options.kinds);
  spec.Add("reason", Given(options.reason));
  JsonObject request;
  request.Add("project_id", Given(options.project));
  request.AddRaw("spec", spec.ToString());
  request.Add("idempotency_key", Given(options.key));
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer grant,
                           client.Post(Target("/v1/credits/grants"), request.ToString()));
  return session.Show(grant, Describe({grant}));
}

struct VoidOptions {
  std::string grant;
  std::string reason;
};

void BindVoid(CLI::App& command, VoidOptions& options) {
  command.add_option("GRANT", options.grant, "UUID of the grant")->required();
  command.add_option("--reason", options.reason, "why it is taken back")->required();
}

absl::StatusOr<int> Void(const Session& session, const VoidOptions& options) {
  JsonObject request;
  request.Add("reason", Given(options.reason));
  Target target("/v1/credits/grants");
  target.Segment(options.grant).Segment("void");
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer grant, client.Post(target, request.ToString()));
  return session.Show(grant,
                      fmt::format("{} taken back\n", FormatNanos(grant.Int("voided_nanos"))));
}

struct PreviewOptions {
  std::string project;
  std::string start;
  std::string end;
};

void BindPreview(CLI::App& command, PreviewOptions& options) {
  command.add_option("--project", options.project, "UUID of another project (for operators)");
  command.add_option("--start", options.start, "RFC 3339 (first of this UTC month)");
  command.add_option("--end", options.end, "RFC 3339 (first of the month after)");
}

absl::StatusOr<int> Preview(const Session& session, const PreviewOptions& options) {
  Target target("/v1/credits/preview");
  target.Query("project_id", options.project);
  target.Query("start_time", options.start).Query("end_time", options.end);
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer preview, client.Get(target));
  Table table({"WHAT", "ENDPOINT", "GPU", "AMOUNT"});
  table.Add({"Charges", "", "", FormatNanos(preview.Int("charges_nanos"))});
  for (const Answer& one : preview.Items("adjustments")) {
    table.Add({one.Text("description"), one.Text("endpoint_id"), one.Text("gpu_type"),
               FormatNanos(one.Int("amount_nanos"))});
  }
  table.Add({"Due", "", "", FormatNanos(preview.Int("due_nanos"))});
  return session.Show(preview, table.ToString());
}

}  // namespace

void AddCreditCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "credit", "Prepaid and promotional credit");
  AddCommand<ProjectOption>(noun, session, "list", "List grants in the order of use", BindProject,
                            List);
  AddCommand<PreviewOptions>(noun, session, "preview", "Show what a period comes to, and who pays",
                             BindPreview, Preview);
  AddCommand<GrantOptions>(noun, session, "grant", "Give a project credit (for operators)",
                           BindGrant, Give);
  AddCommand<VoidOptions>(noun, session, "void", "Take back what is left (for operators)", BindVoid,
                          Void);
}

}  // namespace furnace::cli
