#include <fmt/format.h>

#include <iostream>

#include "cli/commands/commands.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/commands/graph_request.h"
#include "cli/input.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

struct RunOptions {
  std::string graph;
};

void Bind(CLI::App& command, RunOptions& options) {
  command
      .add_option("GRAPH", options.graph,
                  "JSON, @FILE, or - for standard input: a list of nodes with name, endpoint (its "
                  "id or name), input, depends_on")
      ->required();
}

absl::StatusOr<int> Run(const Session& session, const RunOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const std::string text, LoadInput(options.graph, std::cin));
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string request,
                           GraphJson(text, [&client](const std::string& name) {
                             return ResolveEndpoint(client, name);
                           }));
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Post(Target("/v1/graphs"), request));
  Table table({"NODE", "JOB"});
  FURNACE_ASSIGN_OR_RETURN(const auto ids, json::Members(answer.Raw("job_ids")));
  for (const json::Member& node : ids) {
    FURNACE_ASSIGN_OR_RETURN(const std::string id, json::AsString(node.value));
    table.Add({node.key, id});
  }
  return session.Show(answer, table.ToString());
}

}  // namespace

void AddGraphCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "graph", "Jobs that depend on each other");
  AddCommand<RunOptions>(noun, session, "run", "Send a graph of jobs and print their ids", Bind,
                         Run);
}

}  // namespace furnace::cli
