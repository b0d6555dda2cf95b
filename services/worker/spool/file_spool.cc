#include "services/worker/spool/file_spool.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"
#include "services/worker/spool/atomic_file.h"

namespace furnace::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kResultSuffix = ".result";

void SetAside(const fs::path& path, const absl::Status& why) {
  spdlog::error("result file {} is set aside: {}", path.string(), why.ToString());
  fs::path aside = path;
  aside += ".corrupt";
  std::error_code ignored;
  fs::rename(path, aside, ignored);
}

absl::StatusOr<SpoolRecord> ReadRecord(const fs::path& path) {
  FURNACE_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kSpoolRecordBytesMax));
  return Decode(bytes);
}

void LoadFile(const fs::path& path, const std::string& worker_id,
              std::vector<SpoolRecord>& records) {
  if (path.extension() == kPartSuffix) {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
  if (path.extension() != kResultSuffix) return;
  absl::StatusOr<SpoolRecord> record = ReadRecord(path);
  if (!record.ok()) {
    SetAside(path, record.status());
  } else if (record->worker_id == worker_id) {
    records.push_back(*std::move(record));
  }
}

}  // namespace

FileSpool::FileSpool(fs::path folder, Mailbox& mailbox)
    : folder_(std::move(folder)), mailbox_(mailbox), thread_([this] { Run(); }) {}

FileSpool::~FileSpool() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

absl::StatusOr<std::vector<SpoolRecord>> FileSpool::Load(const fs::path& folder,
                                                         const std::string& worker_id) {
  std::error_code error;
  fs::create_directories(folder, error);
  fs::directory_iterator files(folder, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(), fmt::format("spool folder {}", folder.string()));
  }
  std::vector<fs::path> paths;
  for (const fs::directory_entry& file : files) paths.push_back(file.path());
  std::vector<SpoolRecord> records;
  for (const fs::path& path : paths) LoadFile(path, worker_id, records);
  return records;
}

void FileSpool::Save(SpoolRecord record, std::function<void()> saved) {
  Task task;
  task.lease = record.lease;
  task.record = std::move(record);
  task.saved = std::move(saved);
  MutexLock lock(mutex_);
  tasks_.push_back(std::move(task));
  changed_.SignalAll();
}

void FileSpool::Remove(const LeaseId& lease) {
  MutexLock lock(mutex_);
  failed_.erase(lease);
  const auto unwritten = std::find_if(tasks_.begin(), tasks_.end(), [&](const Task& task) {
    return task.record && task.lease == lease;
  });
  if (unwritten != tasks_.end()) {
    tasks_.erase(unwritten);
    return;
  }
  Task task;
  task.lease = lease;
  tasks_.push_back(std::move(task));
  changed_.SignalAll();
}

bool FileSpool::failing() const {
  MutexLock lock(mutex_);
  return !failed_.empty();
}

void FileSpool::Run() {
  while (std::optional<Task> task = NextTask()) {
    const absl::Status status = Do(*task);
    if (!status.ok()) {
      Failed(*std::move(task), status);
      continue;
    }
    if (task->record) {
      MutexLock lock(mutex_);
      failed_.erase(task->lease);
    }
    if (task->saved) mailbox_.Post(std::move(task->saved));
  }
}

std::optional<FileSpool::Task> FileSpool::NextTask() {
  MutexLock lock(mutex_);
  for (;;) {
    const absl::Time now = absl::Now();
    absl::Time next = absl::InfiniteFuture();
    for (auto task = tasks_.begin(); task != tasks_.end(); ++task) {
      if (task->due <= now || stopping_) {
        Task found = std::move(*task);
        tasks_.erase(task);
        return found;
      }
      next = std::min(next, task->due);
    }
    if (stopping_) return std::nullopt;
    if (next == absl::InfiniteFuture()) {
      changed_.Wait(mutex_);
    } else {
      changed_.WaitFor(mutex_, next - now);
    }
  }
}

absl::Status FileSpool::Do(const Task& task) const {
  const fs::path path = folder_ / SpoolFileName(task.lease);
  if (task.record) return WriteAtomically(path, Encode(*task.record));
  std::error_code ignored;
  fs::remove(path, ignored);
  return absl::OkStatus();
}

void FileSpool::Failed(Task task, const absl::Status& why) {
  MutexLock lock(mutex_);
  const bool removed = std::any_of(tasks_.begin(), tasks_.end(), [&](const Task& other) {
    return !other.record && other.lease == task.lease;
  });
  if (removed) return;
  // The result is in memory and on its way; only a crash now would lose it.
  if (failed_.insert(task.lease).second) {
    spdlog::error("a result is not in the spool: {}", why.ToString());
  }
  if (stopping_) return;
  task.due = absl::Now() + kRetryEvery;
  tasks_.push_back(std::move(task));
}

}  // namespace furnace::worker
