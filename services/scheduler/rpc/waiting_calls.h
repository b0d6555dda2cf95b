// Calls that last until something happens to a job.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "furnace/v1/job_service.pb.h"
#include "libs/common/base/mutex.h"
#include "libs/common/rpc/async_call.h"
#include "services/scheduler/app/job_watchers.h"

namespace furnace::scheduler::rpc {

/// Answers once the job is final or the time is up, whichever is first.
class FinalWatcher final : public JobWatcher {
 public:
  using Answer = std::function<void(absl::StatusOr<JobRecord>)>;

  /// `latest` is the answer if nothing is heard of the job before the time is up.
  /// `at_once`: any state of the job will do.
  FinalWatcher(Answer answer, absl::StatusOr<JobRecord> latest, bool at_once = false)
      : answer_(std::move(answer)), at_once_(at_once), latest_(std::move(latest)) {}

  /// Sets what is known of the job so far, unless something newer is.
  void SetLatest(JobRecord record) ABSL_LOCKS_EXCLUDED(mutex_);

  bool OnJob(const JobRecord& record) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnError(const absl::Status& status) override { answer_(status); }
  void OnTimeout() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const Answer answer_;
  const bool at_once_;
  Mutex mutex_;
  absl::StatusOr<JobRecord> latest_ ABSL_GUARDED_BY(mutex_);
};

using WatchCall = furnace::rpc::ServerStreamCall<v1::WatchRequest, v1::WatchResponse>;

/// Streams each change of the job until it is final.
class StreamWatcher final : public JobWatcher {
 public:
  explicit StreamWatcher(std::shared_ptr<WatchCall> call) : call_(std::move(call)) {}

  bool OnJob(const JobRecord& record) override;
  void OnError(const absl::Status& status) override;
  void OnTimeout() override;

 private:
  const std::shared_ptr<WatchCall> call_;
};

}  // namespace furnace::scheduler::rpc
