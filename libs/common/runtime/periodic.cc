#include "libs/common/runtime/periodic.h"

#include <utility>

#include "absl/time/clock.h"

namespace furnace::runtime {

Periodic::Periodic(absl::Duration interval, std::function<void()> task)
    : interval_(interval), task_(std::move(task)), thread_([this] { Run(); }) {}

Periodic::~Periodic() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.SignalAll();
  thread_.join();
}

void Periodic::Wake() {
  {
    MutexLock lock(mutex_);
    woken_ = true;
  }
  changed_.SignalAll();
}

void Periodic::Run() {
  for (;;) {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      woken_ = false;
    }
    task_();
    const absl::Time next = absl::Now() + interval_;
    MutexLock lock(mutex_);
    while (!woken_ && !stopping_) {
      const absl::Duration left = next - absl::Now();
      if (left <= absl::ZeroDuration()) break;
      changed_.WaitFor(mutex_, left);
    }
  }
}

}  // namespace furnace::runtime
