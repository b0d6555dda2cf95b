#include "services/gateway/http/large_work.h"

#include <utility>

namespace furnace::gateway::http {

LargeWork::LargeWork() : thread_([this] { Loop(); }) {}

LargeWork::~LargeWork() { Stop(); }

void LargeWork::Run(std::size_t bytes, Work work) {
  if (bytes < kLargeBytes) return work();
  MutexLock lock(mutex_);
  if (stopped_) return;
  waiting_.push_back(std::move(work));
  changed_.Signal();
}

void LargeWork::Stop() {
  std::deque<Work> dropped;  // Destroyed without the lock: it holds who knows what.
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    dropped.swap(waiting_);
  }
  changed_.SignalAll();
  if (thread_.joinable()) thread_.join();
}

void LargeWork::Loop() {
  for (;;) {
    Work work;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !stopped_) changed_.Wait(mutex_);
      if (waiting_.empty()) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

}  // namespace furnace::gateway::http
