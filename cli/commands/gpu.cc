#include "cli/commands/commands.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

absl::StatusOr<int> List(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(Target("/v1/gpus")));
  Table table({"TYPE", "MEMORY", "TOTAL", "FREE", "KIND"});
  for (const Answer& gpu : answer.Items("gpus")) {
    table.Add({gpu.Text("gpu_type"), FormatMib(gpu.Int("vram_mib")),
               std::to_string(gpu.Int("total")), std::to_string(gpu.Int("available")),
               gpu.Bool("simulated") ? "simulated" : "card"});
  }
  return session.Show(answer, table.ToString());
}

}  // namespace

void AddGpuCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "gpu", "GPUs of the fleet");
  AddCommand<NoOptions>(noun, session, "list", "List GPU types and how many are free", BindNothing,
                        List);
}

}  // namespace furnace::cli
