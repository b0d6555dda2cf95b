#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

struct CreateOptions {
  std::string name;
  std::string id;
};

void BindCreate(CLI::App& command, CreateOptions& options) {
  command.add_option("NAME", options.name, "unique, of [a-z0-9-]")->required();
  command.add_option("--id", options.id, "UUID the platform knows it by (a new one)");
}

std::string Describe(const std::vector<Answer>& projects) {
  Table table({"NAME", "ID", "CREATED"});
  for (const Answer& project : projects) {
    table.Add(
        {project.Text("name"), project.Text("id"), FormatTimestamp(project.Text("created_at"))});
  }
  return table.ToString();
}

absl::StatusOr<int> Create(const Session& session, const CreateOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  std::string body =
      fmt::format(R"({{"name":{},"id":{}}})", json::Quote(options.name), json::Quote(options.id));
  FURNACE_ASSIGN_OR_RETURN(const Answer project,
                           client.Post(Target("/v1/projects"), std::move(body)));
  return session.Show(project, Describe({project}));
}

absl::StatusOr<int> List(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(Target("/v1/projects")));
  return session.Show(answer, Describe(answer.Items("projects")));
}

}  // namespace

void AddProjectCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "project", "Tenants (for operators)");
  AddCommand<CreateOptions>(noun, session, "create", "Create a project", BindCreate, Create);
  AddCommand<NoOptions>(noun, session, "list", "List the projects you may see", BindNothing, List);
}

}  // namespace furnace::cli
