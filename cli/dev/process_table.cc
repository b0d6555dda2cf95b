#include "cli/dev/process_table.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <set>
#include <string_view>

#include "absl/time/clock.h"
#include "libs/common/base/read_text.h"

namespace furnace::dev {
namespace {

namespace fs = std::filesystem;

struct Process {
  pid_t parent = 0;
  std::string name;
  char state = '?';
};

fs::path FolderOf(pid_t pid) { return fs::path("/proc") / std::to_string(pid); }

// "12 (name with ) in it) S 1 ..." as proc(5) has it.
Process ParseStat(const std::string& stat) {
  Process process;
  const auto open = stat.find('(');
  const auto close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return process;
  process.name = stat.substr(open + 1, close - open - 1);
  int parent = 0;
  if (std::sscanf(stat.c_str() + close + 1, " %c %d", &process.state, &parent) == 2) {
    process.parent = parent;
  }
  return process;
}

// Every process that is no zombie.
std::map<pid_t, Process> ListProcesses() {
  std::map<pid_t, Process> processes;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    Process process = ParseStat(ReadText(it->path() / "stat"));
    if (process.parent != 0 && process.state != 'Z') processes[std::stoi(name)] = process;
  }
  return processes;
}

bool IsBelow(const fs::path& path, const fs::path& folder) {
  const std::string prefix = folder.string() + "/";
  return path.string().starts_with(prefix);
}

bool HasMarkedEnvironment(pid_t pid, const fs::path& data) {
  const std::string environment = ReadText(FolderOf(pid) / "environ");
  const std::string mark = fmt::format("{}={}", kFolderVariable, data.string());
  const std::string spool = fmt::format("FURNACE_SPOOL_DIR={}/", data.string());
  for (std::size_t start = 0; start < environment.size();) {
    const std::string_view entry = environment.c_str() + start;
    if (entry == mark || entry.starts_with(spool)) return true;
    start += entry.size() + 1;
  }
  return false;
}

// Servers rewrite their environment's memory, but work in their data folder.
bool IsServerBelow(pid_t pid, const Process& process, const fs::path& data) {
  if (process.name != "postgres" && process.name != "redis-server") return false;
  std::error_code error;
  const fs::path folder = fs::read_symlink(FolderOf(pid) / "cwd", error);
  return !error && IsBelow(folder, data);
}

void Signal(pid_t pid, bool by_force) {
  if (by_force) {
    kill(pid, SIGKILL);
    return;
  }
  const bool postgres = ParseStat(ReadText(FolderOf(pid) / "stat")).name == "postgres";
  kill(pid, postgres ? SIGINT : SIGTERM);
  kill(pid, SIGCONT);  // A stopped process takes no SIGTERM.
}

void ReapChildren() {
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

}  // namespace

std::vector<pid_t> FindLeftovers(const fs::path& data) {
  std::vector<pid_t> found;
  for (const auto& [pid, process] : ListProcesses()) {
    if (pid == getpid()) continue;
    if (HasMarkedEnvironment(pid, data) || IsServerBelow(pid, process, data)) found.push_back(pid);
  }
  return found;
}

std::vector<pid_t> FindDescendants() {
  const std::map<pid_t, Process> processes = ListProcesses();
  std::set<pid_t> family = {getpid()};
  std::vector<pid_t> found;
  for (std::size_t before = 0; before != family.size();) {  // Until a pass finds nobody new.
    before = family.size();
    for (const auto& [pid, process] : processes) {
      if (family.contains(process.parent) && family.insert(pid).second) found.push_back(pid);
    }
  }
  return found;
}

bool EndAll(const std::function<std::vector<pid_t>()>& find, absl::Duration grace) {
  constexpr absl::Duration kForceGrace = absl::Seconds(10);
  constexpr absl::Duration kPoll = absl::Milliseconds(20);
  const absl::Time force_at = absl::Now() + grace;
  std::set<pid_t> asked;
  for (;;) {
    ReapChildren();
    const std::vector<pid_t> left = find();
    if (left.empty()) return true;
    const absl::Time now = absl::Now();
    if (now > force_at + kForceGrace) return false;
    for (const pid_t pid : left) {
      if (now >= force_at || asked.insert(pid).second) Signal(pid, now >= force_at);
    }
    absl::SleepFor(kPoll);
  }
}

}  // namespace furnace::dev
