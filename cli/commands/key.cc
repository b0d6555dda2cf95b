#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

struct KeyOptions {
  std::string project = "me";
  std::string name;
  std::string role;
  std::string key;
};

void BindList(CLI::App& command, KeyOptions& options) {
  command.add_option("--project", options.project, "UUID of the project (your own)");
}

void BindCreate(CLI::App& command, KeyOptions& options) {
  BindList(command, options);
  command.add_option("--name", options.name, "what the key is for")->required();
  command.add_option("--role", options.role, "VIEWER, RUNNER, DEVELOPER or ADMIN")
      ->required()
      ->transform(CLI::IsMember({"VIEWER", "RUNNER", "DEVELOPER", "ADMIN"}, CLI::ignore_case));
}

void BindRevoke(CLI::App& command, KeyOptions& options) {
  BindList(command, options);
  command.add_option("KEY", options.key, "its id")->required();
}

Target KeysOf(const KeyOptions& options) {
  Target target("/v1/projects");
  target.Segment(options.project).Segment("keys");
  return target;
}

absl::StatusOr<int> Create(const Session& session, const KeyOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  std::string body = fmt::format(R"({{"name":{},"role":{}}})", json::Quote(options.name),
                                 json::Quote(options.role));
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Post(KeysOf(options), std::move(body)));
  return session.Show(
      answer,
      fmt::format("id      {}\nsecret  {}\n\nThe secret is not shown again.\n",
                  Printable(answer.Object("key").Text("id")), Printable(answer.Text("secret"))));
}

absl::StatusOr<int> List(const Session& session, const KeyOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(KeysOf(options)));
  Table table({"ID", "NAME", "PREFIX", "ROLE", "CREATED", "REVOKED"});
  for (const Answer& key : answer.Items("keys")) {
    table.Add({key.Text("id"), key.Text("name"), key.Text("prefix"), key.Text("role"),
               FormatTimestamp(key.Text("created_at")), FormatTimestamp(key.Text("revoked_at"))});
  }
  return session.Show(answer, table.ToString());
}

absl::StatusOr<int> Revoke(const Session& session, const KeyOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer,
                           client.Delete(KeysOf(options).Segment(options.key)));
  return session.Show(answer, fmt::format("revoked {}; gateways forget it within 30 seconds\n",
                                          Printable(options.key)));
}

}  // namespace

void AddKeyCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "key", "API keys of a project");
  AddCommand<KeyOptions>(noun, session, "create", "Issue a key", BindCreate, Create);
  AddCommand<KeyOptions>(noun, session, "list", "List keys", BindList, List);
  AddCommand<KeyOptions>(noun, session, "revoke", "Revoke a key for good", BindRevoke, Revoke);
}

}  // namespace furnace::cli
