#include "services/worker/gpu/process_kin.h"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace furnace::worker {
namespace {

// Steps from a process towards its oldest ancestor.
constexpr int kGenerationsMax = 64;

struct Relations {
  pid_t parent = 0;
  pid_t group = 0;
};

// nullopt when there is no such process that we can see.
std::optional<Relations> RelationsOf(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // "pid (name) state parent group ..."; a name may hold anything.
  const std::size_t end = line.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  std::istringstream rest(line.substr(end + 1));
  char state = 0;
  Relations relations;
  if (!(rest >> state >> relations.parent >> relations.group)) return std::nullopt;
  return relations;
}

}  // namespace

GpuProcess::Kin KinOf(pid_t pid, pid_t handler) {
  std::optional<Relations> relations = RelationsOf(pid);
  if (!relations) return GpuProcess::Kin::kUnknown;
  for (int i = 0; handler > 0 && relations && i < kGenerationsMax; ++i) {
    if (pid == handler || relations->group == handler) return GpuProcess::Kin::kHandler;
    pid = relations->parent;
    if (pid <= 1) break;
    relations = RelationsOf(pid);
  }
  return GpuProcess::Kin::kOther;
}

}  // namespace furnace::worker
