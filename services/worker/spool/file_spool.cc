#include "services/worker/spool/file_spool.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <system_error>
#include <utility>

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

void FileSpool::Run() {
  for (;;) {
    Task task;
    {
      MutexLock lock(mutex_);
      while (tasks_.empty() && !stopping_) changed_.Wait(mutex_);
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    Do(task);
    if (task.saved) mailbox_.Post(std::move(task.saved));
  }
}

void FileSpool::Do(const Task& task) const {
  const fs::path path = folder_ / SpoolFileName(task.lease);
  if (!task.record) {
    std::error_code ignored;
    fs::remove(path, ignored);
    return;
  }
  const absl::Status status = WriteAtomically(path, Encode(*task.record));
  // The result is in memory and on its way; only a crash now would lose it.
  if (!status.ok()) spdlog::error("a result is not in the spool: {}", status.ToString());
}

}  // namespace furnace::worker
