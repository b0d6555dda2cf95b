#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "services/worker/app/gpu_ports.h"
#include "services/worker/app/ports.h"

namespace furnace::worker {

/// Asks the driver on a thread of its own, since a driver may take its time, and posts
/// what it says. Without a driver it says so in the log, once, and does nothing more.
class GpuMonitor final : public GpuPort {
 public:
  using OpenDriver = std::function<absl::StatusOr<std::unique_ptr<GpuDriver>>()>;

  struct Periods {
    absl::Duration read = absl::Seconds(5);           // Between readings.
    absl::Duration sample = absl::Milliseconds(200);  // Of the memory while busy.
  };

  /// `handler` is the handler's process, 0 or less when there is none; both functions are
  /// called on the thread.
  GpuMonitor(OpenDriver open, std::function<pid_t()> handler, Mailbox& mailbox);
  GpuMonitor(OpenDriver open, std::function<pid_t()> handler, Mailbox& mailbox, Periods periods);
  ~GpuMonitor() override;

  void Watch(GpuEvents& events) override;
  void SetBusy(bool busy) override;

 private:
  void Run(GpuEvents& events);
  // Waits until something is to be done, and tells what; false: nothing ever.
  bool AwaitWork(absl::Time next_reading, bool& busy) ABSL_LOCKS_EXCLUDED(mutex_);
  std::int64_t SampleMemory(GpuDriver& driver) const;

  const OpenDriver open_;
  const std::function<pid_t()> handler_;
  Mailbox& mailbox_;
  const Periods periods_;
  Mutex mutex_;
  CondVar changed_;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace furnace::worker
