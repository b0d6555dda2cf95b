#include "services/scheduler/drivers/process/worker_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <system_error>

#include "libs/common/base/read_text.h"
#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

namespace fs = std::filesystem;

constexpr char kSuffix[] = ".worker";
constexpr char kLogSuffix[] = ".log";

fs::path PathOf(const std::string& folder, const std::string& worker_id) {
  return fs::path(folder) / (worker_id + kSuffix);
}

std::optional<WorkerFile> Load(const fs::path& path) {
  std::ifstream in(path);
  WorkerFile file;
  std::int64_t started_us = 0;
  in >> file.worker.id >> file.pid >> file.start_ticks >> file.worker.endpoint_id >>
      file.worker.endpoint_revision >> file.worker.gpu_type >> file.worker.gpu_count >> started_us;
  if (!in) return std::nullopt;
  file.worker.started_at = absl::FromUnixMicros(started_us);
  return file;
}

}  // namespace

std::string WorkerLogPath(const std::string& folder, const std::string& worker_id) {
  return fmt::format("{}/{}{}", folder, worker_id, kLogSuffix);
}

std::string WorkerSpoolPath(const std::string& folder, const std::string& worker_id) {
  return fmt::format("{}/{}.spool", folder, worker_id);
}

absl::Status SaveWorkerFile(const std::string& folder, const WorkerFile& file) {
  const DriverWorker& worker = file.worker;
  std::ofstream out(PathOf(folder, worker.id));
  out << fmt::format("{} {} {} {} {} {} {} {}\n", worker.id, file.pid, file.start_ticks,
                     worker.endpoint_id, worker.endpoint_revision, worker.gpu_type,
                     worker.gpu_count, absl::ToUnixMicros(worker.started_at));
  out.flush();
  if (out) return absl::OkStatus();
  return Error(absl::StatusCode::kInternal, "cannot write into {}", folder);
}

void RemoveWorkerFiles(const std::string& folder, const std::string& worker_id) {
  std::error_code ignored;  // Gone is gone.
  fs::remove(PathOf(folder, worker_id), ignored);
  fs::remove_all(WorkerSpoolPath(folder, worker_id), ignored);
  std::set<fs::path> logs;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const bool ended = !fs::exists(fs::path(entry.path()).replace_extension(kSuffix));
    if (entry.path().extension() == kLogSuffix && ended) logs.insert(entry.path());
  }
  while (logs.size() > kKeptWorkerLogs) fs::remove(logs.extract(logs.begin()).value(), ignored);
}

std::vector<WorkerFile> LoadWorkerFiles(const std::string& folder) {
  std::vector<WorkerFile> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != kSuffix) continue;
    if (std::optional<WorkerFile> file = Load(entry.path())) files.push_back(*std::move(file));
  }
  return files;
}

std::optional<std::string> StartTicks(pid_t pid) {
  const std::string stat = ReadText(fmt::format("/proc/{}/stat", pid));
  // The second field is the name in parentheses and may hold anything.
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 1));
  std::vector<std::string> rest{std::istream_iterator<std::string>(fields), {}};
  constexpr std::size_t kState = 0;
  constexpr std::size_t kStartTime = 19;  // Field 22, counted from field 3.
  if (rest.size() <= kStartTime || rest[kState] == "Z" || rest[kState] == "X") return std::nullopt;
  return rest[kStartTime];
}

}  // namespace furnace::scheduler
