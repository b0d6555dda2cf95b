#include "cli/dev/dev.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

#include "absl/time/clock.h"
#include "cli/dev/data_folder.h"
#include "cli/dev/gpus.h"
#include "cli/dev/panel.h"
#include "cli/dev/ports.h"
#include "cli/dev/process_table.h"
#include "cli/dev/servers.h"
#include "cli/dev/suite.h"
#include "cli/dev/supervisor.h"
#include "cli/print/figures.h"
#include "cli/print/terminal.h"
#include "libs/common/base/status.h"

namespace furnace::dev {
namespace {

namespace fs = std::filesystem;

void Say(std::string_view line) { fmt::print(stderr, "{}\n", line); }

absl::StatusOr<Ports> PlanPorts(const Options& options) {
  Ports ports;
  if (!options.free_ports) {
    ports = FixedPorts(options.port_base);
    FURNACE_RETURN_IF_ERROR(CheckFree(ports));
  }
  FURNACE_RETURN_IF_ERROR(FillFreePorts(ports));
  return ports;
}

// The log of the run before stays as <name>.log.1; older ones go.
void RotateLogs(const fs::path& logs) {
  std::error_code ignored;
  for (const char* name : {"redis", "postgres", "registry", "metering", "scheduler", "gateway"}) {
    const fs::path log = logs / fmt::format("{}.log", name);
    if (fs::exists(log, ignored)) fs::rename(log, log.string() + ".1", ignored);
  }
}

// What a `furnace dev` that was killed left running in this folder.
absl::Status EndLeftovers(const fs::path& data) {
  constexpr absl::Duration kGrace = absl::Seconds(10);
  const auto find = [&data] { return FindLeftovers(data); };
  const std::size_t count = find().size();
  if (count == 0) return absl::OkStatus();
  Say(fmt::format("ending {} processes that an earlier run left behind", count));
  if (EndAll(find, kGrace)) return absl::OkStatus();
  return absl::UnavailableError("processes of an earlier run cannot be ended");
}

absl::StatusOr<Suite> MakeSuite(const Options& options, Layout layout, const DataFolder& folder) {
  Suite suite;
  suite.layout = std::move(layout);
  FURNACE_ASSIGN_OR_RETURN(suite.secrets, folder.LoadSecrets());
  FURNACE_ASSIGN_OR_RETURN(suite.ports, PlanPorts(options));
  suite.gpus = options.gpus.empty() ? DetectGpus() : options.gpus;
  suite.base_environment = BaseEnvironment(environ, suite.layout.data);
  return suite;
}

absl::Status StartService(Supervisor& supervisor, absl::StatusOr<Service> service) {
  FURNACE_RETURN_IF_ERROR(service.status());
  const std::string name = service->name;
  const absl::Time started = absl::Now();
  FURNACE_RETURN_IF_ERROR(supervisor.Start(*std::move(service)));
  Say(fmt::format("  {:<10} ready after {}", name,
                  cli::FormatMillis(absl::ToInt64Milliseconds(absl::Now() - started))));
  return absl::OkStatus();
}

absl::Status StartAll(Supervisor& supervisor, const Suite& suite) {
  FURNACE_RETURN_IF_ERROR(StartService(supervisor, RedisServer(suite)));
  FURNACE_RETURN_IF_ERROR(StartService(supervisor, PostgresServer(suite)));
  for (Service& service : ControlPlane(suite)) {
    FURNACE_RETURN_IF_ERROR(StartService(supervisor, std::move(service)));
  }
  return absl::OkStatus();
}

// A file that says where the suite is, for as long as it runs.
class Announcement {
 public:
  explicit Announcement(fs::path path) : path_(std::move(path)) {}
  ~Announcement() {
    std::error_code ignored;
    if (written_) fs::remove(path_, ignored);
  }
  Announcement(const Announcement&) = delete;
  Announcement& operator=(const Announcement&) = delete;

  absl::Status Write(std::string_view text) {
    if (path_.empty()) return absl::OkStatus();
    written_ = true;
    return WritePrivateFile(path_, text);
  }

 private:
  const fs::path path_;
  bool written_ = false;
};

absl::Status Serve(const Options& options, const Suite& suite, Supervisor& supervisor,
                   absl::Time started) {
  Announcement url(suite.layout.data / "url");
  Announcement ready(options.ready_file);
  FURNACE_RETURN_IF_ERROR(StartAll(supervisor, suite));
  FURNACE_RETURN_IF_ERROR(url.Write(GatewayUrl(suite) + "\n"));
  FURNACE_RETURN_IF_ERROR(ready.Write(ReadyJson(suite, supervisor.running())));
  Say(Panel(suite, cli::FormatMillis(absl::ToInt64Milliseconds(absl::Now() - started)),
            cli::StderrIsTerminal()));
  supervisor.Run([&] {
    const absl::Status status = ready.Write(ReadyJson(suite, supervisor.running()));
    if (!status.ok()) Say(status.ToString());
  });
  Say("stopping");
  return absl::OkStatus();
}

}  // namespace

absl::Status RunDev(const Options& options) {
  const absl::Time started = absl::Now();
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  FURNACE_ASSIGN_OR_RETURN(Layout layout, FindLayout(options, binary, fs::current_path()));
  FURNACE_ASSIGN_OR_RETURN(const DataFolder folder, DataFolder::Take(layout.data));
  Supervisor supervisor(Say);  // From here on signals are noted, not deadly.
  FURNACE_RETURN_IF_ERROR(EndLeftovers(layout.data));
  RotateLogs(layout.logs);
  FURNACE_ASSIGN_OR_RETURN(const Suite suite, MakeSuite(options, std::move(layout), folder));
  Say(fmt::format("starting Furnace in {}", suite.layout.data.string()));
  const absl::Status status = Serve(options, suite, supervisor, started);
  supervisor.StopAll();
  return absl::IsCancelled(status) ? absl::OkStatus() : status;
}

}  // namespace furnace::dev
