#include "cli/dev/dev.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/commands/commands.h"
#include "cli/dev/ports.h"
#include "cli/exit_code.h"
#include "cli/print/terminal.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

void Bind(CLI::App& command, dev::Options& options) {
  constexpr int kMaxPort = 65535;
  command.add_option("--data", options.data, "folder of its data and logs (.furnace/dev)");
  CLI::Option* base =
      command
          .add_option("--port-base", options.port_base, "first of the nine ports it uses (4210)")
          ->check(CLI::Range(1, kMaxPort + 1 - dev::kFixedPortCount));
  command.add_flag("--free-ports", options.free_ports, "use free ports in place of fixed ones")
      ->excludes(base);
  command.add_option("--ready-file", options.ready_file,
                     "JSON with addresses, key and pids, there once all is ready");
  command
      .add_option("--images", options.images,
                  "folder that file:// images may lie in, besides this one; repeatable")
      ->allow_extra_args(false);
  command.add_option("--sdk", options.sdk, "folder of the Python SDK");
  command.add_option("--gpus", options.gpus,
                     "TYPE=COUNT:MIB[:simulated],... (what nvidia-smi shows, or two simulated)");
}

absl::StatusOr<int> Run(const Session&, const dev::Options& options) {
  const absl::Status status = dev::RunDev(options);
  if (status.ok()) return kExitOk;
  // Not through Printable: the message holds lines of a log.
  fmt::print(stderr, "{} {}\n", Coloured("furnace dev:", Colour::kRed, StderrIsTerminal()),
             ToStd(status.message()));
  return kExitError;
}

}  // namespace

void AddDevCommand(CLI::App& app, Session& session) {
  AddCommand<dev::Options>(app, session, "dev", "Run the whole suite on this machine", Bind, Run);
}

}  // namespace furnace::cli
