#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "services/worker/app/ports.h"

namespace furnace::worker {

/// Results as files in a folder, one each: written beside, synced and renamed, so
/// that a file is whole or not there. A thread of its own does the writing; a
/// result that is settled before its turn comes is never written. A write that fails is
/// repeated every kRetryEvery.
class FileSpool final : public SpoolPort {
 public:
  static constexpr absl::Duration kRetryEvery = absl::Milliseconds(500);

  /// `folder` exists. What is saved is reported through `mailbox`.
  FileSpool(std::filesystem::path folder, Mailbox& mailbox);
  /// Tries to write what waits, once.
  ~FileSpool() override;

  /// Makes `folder` if need be and reads the results in it. Those of other workers
  /// stay where they are; a file that cannot be read is renamed to *.corrupt, and
  /// *.part, which an unfinished write left, is removed. PERMISSION_DENIED or such
  /// when the folder cannot be used.
  static absl::StatusOr<std::vector<SpoolRecord>> Load(const std::filesystem::path& folder,
                                                       const std::string& worker_id);

  void Save(SpoolRecord record, std::function<void()> saved) override;
  void Remove(const LeaseId& lease) override;
  bool failing() const override;

 private:
  struct Task {
    LeaseId lease;
    std::optional<SpoolRecord> record;  // None: remove.
    std::function<void()> saved;
    absl::Time due = absl::InfinitePast();
  };

  void Run();
  // The first task that is due, or nullopt when there will be none.
  std::optional<Task> NextTask();
  absl::Status Do(const Task& task) const;
  void Failed(Task task, const absl::Status& why);

  const std::filesystem::path folder_;
  Mailbox& mailbox_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  std::set<LeaseId> failed_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace furnace::worker
