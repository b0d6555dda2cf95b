#include "services/worker/domain/handler_environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "services/worker/domain/text.h"

namespace furnace::worker {
namespace {

constexpr std::array<std::string_view, 5> kInheritedNames = {"PATH", "HOME", "LANG", "TMPDIR",
                                                             "LD_LIBRARY_PATH"};
constexpr std::array<std::string_view, 2> kInheritedPrefixes = {"CUDA", "NVIDIA"};
constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

bool IsInherited(std::string_view name) {
  return std::find(kInheritedNames.begin(), kInheritedNames.end(), name) != kInheritedNames.end() ||
         std::any_of(kInheritedPrefixes.begin(), kInheritedPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string Url(const HandlerFacts& facts, std::string_view route, std::string_view job) {
  return fmt::format("{}/v2/{}/{}/{}{}?gpu={}", facts.base_url, PercentEncode(facts.endpoint_id),
                     route, PercentEncode(facts.worker_id), job, PercentEncode(facts.gpu_type));
}

void AddProtocol(const HandlerFacts& facts, Variables& variables) {
  variables["RUNPOD_WEBHOOK_GET_JOB"] = Url(facts, "job-take", "");
  variables["RUNPOD_WEBHOOK_POST_OUTPUT"] = Url(facts, "job-done", "/$ID");
  variables["RUNPOD_WEBHOOK_POST_STREAM"] = Url(facts, "job-stream", "/$ID");
  variables["RUNPOD_WEBHOOK_PING"] = Url(facts, "ping", "");
  variables["RUNPOD_AI_API_KEY"] = facts.secret;
  variables["RUNPOD_POD_ID"] = facts.worker_id;
  variables["RUNPOD_ENDPOINT_ID"] = facts.endpoint_id;
  variables["RUNPOD_PING_INTERVAL"] = std::to_string(absl::ToInt64Milliseconds(kPingInterval));
  variables["RUNPOD_INIT_TIMEOUT"] = std::to_string(absl::ToInt64Seconds(facts.init_timeout));
  variables.erase("RUNPOD_REALTIME_PORT");
}

void AddPythonPath(std::string_view folders, const Variables& inherited, Variables& variables) {
  std::string path(folders);
  std::string_view rest;
  if (const auto own = variables.find("PYTHONPATH"); own != variables.end()) {
    rest = own->second;
  } else if (const auto ours = inherited.find("PYTHONPATH"); ours != inherited.end()) {
    rest = ours->second;
  }
  if (!path.empty() && !rest.empty()) path += ':';
  path += rest;
  if (!path.empty()) variables["PYTHONPATH"] = path;
}

}  // namespace

Variables HandlerEnvironment(const Variables& inherited, const Variables& chosen,
                             const HandlerFacts& facts) {
  Variables variables = {
      {"PATH", std::string(kDefaultPath)},
      {"PYTHONUNBUFFERED", "1"},
      // Workers have no way out to the address that the SDK's check dials.
      {"RUNPOD_SKIP_AUTO_SYSTEM_CHECKS", "true"},
      // Object stores of one's own are in private networks.
      {"RUNPOD_ALLOW_PRIVATE_DOWNLOAD_URLS", "true"},
      {"RUNPOD_POD_HOSTNAME", facts.worker_id},
      {"RUNPOD_GPU_TYPE_ID", facts.gpu_type},
      {"RUNPOD_GPU_COUNT", std::to_string(facts.gpu_count)},
      {"RUNPOD_CPU_COUNT", std::to_string(facts.cpu_count)},
  };
  if (!facts.region.empty()) variables["RUNPOD_DC_ID"] = facts.region;
  for (const auto& [name, value] : inherited) {
    if (IsInherited(name)) variables[name] = value;
  }
  for (const auto& [name, value] : chosen) variables[name] = value;
  AddPythonPath(facts.python_path, inherited, variables);
  AddProtocol(facts, variables);
  return variables;
}

std::vector<std::string> HandlerCommand(std::string_view path) {
  const std::string program = fmt::format("./{}", path);
  if (path.ends_with(".py")) return {"/usr/bin/python3", program};
  if (path.ends_with(".js")) return {"node", program};
  return {program};
}

}  // namespace furnace::worker
