#include "cli/cli.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>

#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/print/table.h"
#include "cli/print/terminal.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

constexpr char kFooter[] = R"(
Exit status:
  0  done; of `run` and `job watch`: the job COMPLETED; of `batch run`: all jobs did
  1  the job, or one of the batch, FAILED, TIMED_OUT or was CANCELLED
  2  the command line or an input is wrong
  3  the gateway cannot be reached or refused, or another error

Environment:
  FURNACE_URL      gateway address (--url)
  FURNACE_API_KEY  credential (--api-key); without it the key of a `furnace dev`
                   in this folder (.furnace/dev/api-key), for this machine only
)";

void AddGlobalOptions(CLI::App& app, Settings& settings) {
  app.add_option("--url", settings.url, "gateway address (http://127.0.0.1:4210)");
  app.add_option("--api-key", settings.api_key, "API key (fk_...)");
  app.add_flag("--json", settings.json, "print JSON for scripts");
  app.set_version_flag("--version", "furnace " FURNACE_VERSION);
  app.require_subcommand(1);
  app.fallthrough();  // Global options may follow the command.
  app.footer(kFooter);
}

void AddCommands(CLI::App& app, Session& session) {
  AddDevCommand(app, session);
  AddEndpointCommands(app, session);
  AddRunCommand(app, session);
  AddJobCommands(app, session);
  AddBatchCommands(app, session);
  AddDeadLetterCommands(app, session);
  AddQueueCommands(app, session);
  AddGraphCommands(app, session);
  AddScheduleCommands(app, session);
  AddWebhookCommands(app, session);
  AddWorkerCommands(app, session);
  AddGpuCommands(app, session);
  AddUsageCommand(app, session);
  AddReportCommands(app, session);
  AddBudgetCommands(app, session);
  AddLedgerCommands(app, session);
  AddPriceCommands(app, session);
  AddReceiptCommands(app, session);
  AddInvoiceCommands(app, session);
  AddAuditCommands(app, session);
  AddSinkCommands(app, session);
  AddCreditCommands(app, session);
  AddSubsidyCommands(app, session);
  AddProjectCommands(app, session);
  AddKeyCommands(app, session);
}

int PrintError(const absl::Status& status) {
  fmt::print(stderr, "{} {}\n", Coloured("furnace:", Colour::kRed, StderrIsTerminal()),
             Printable(ToStd(status.message())));
  return ExitCodeOf(status);
}

}  // namespace

int Main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // A reader that left is a failed write.
  CLI::App app("Furnace: serverless GPUs", "furnace");
  Session session;
  AddGlobalOptions(app, session.settings);
  AddCommands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // Help and version, too.
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  const absl::StatusOr<int> exit_code = session.action();
  return exit_code.ok() ? *exit_code : PrintError(exit_code.status());
}

}  // namespace furnace::cli
