#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/commands/worker_gpu_view.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

struct ListOptions {
  std::string endpoint;
  bool wide = false;
};

void BindList(CLI::App& command, ListOptions& options) {
  command.add_option("--endpoint", options.endpoint, "only workers of this one, by id or name");
  command.add_flag("--wide", options.wide, "show their GPUs, and how these are");
}

absl::StatusOr<int> List(const Session& session, const ListOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/workers");
  if (!options.endpoint.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
    target.Query("endpoint_id", id);
  }
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(target));
  if (options.wide) return session.Show(answer, DescribeWorkerGpus(answer.Items("workers")));
  Table table(
      {"ID", "ENDPOINT", "STATUS", "GPU", "JOBS", "STARTED AT", "COLD START", "LAST EVENT"});
  for (const Answer& worker : answer.Items("workers")) {
    table.Add({worker.Text("id"), worker.Text("endpoint_id"), worker.Text("status"),
               fmt::format("{} x{}", worker.Text("gpu_type"), worker.Int("gpu_count")),
               std::to_string(worker.Int("running_jobs")),
               FormatTimestamp(worker.Text("started_at")),
               FormatMillis(worker.Int("cold_start_ms")), worker.Text("last_event")});
  }
  return session.Show(answer, table.ToString());
}

}  // namespace

void AddWorkerCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "worker", "Processes that run jobs");
  AddCommand<ListOptions>(noun, session, "list", "List the project's workers", BindList, List);
}

}  // namespace furnace::cli
