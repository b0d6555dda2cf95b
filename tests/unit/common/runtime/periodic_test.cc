#include "libs/common/runtime/periodic.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "libs/common/base/mutex.h"

namespace furnace::runtime {
namespace {

// Counts runs and lets a test wait for them.
class Runs {
 public:
  void Add() {
    MutexLock lock(mutex_);
    ++count_;
    changed_.SignalAll();
  }

  void WaitFor(int count) {
    MutexLock lock(mutex_);
    while (count_ < count) changed_.Wait(mutex_);
  }

  int count() {
    MutexLock lock(mutex_);
    return count_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(PeriodicTest, RunsAtOnceWhateverTheInterval) {
  Runs runs;
  const Periodic periodic(absl::InfiniteDuration(), [&] { runs.Add(); });
  runs.WaitFor(1);
}

TEST(PeriodicTest, RunsAgainAfterTheInterval) {
  Runs runs;
  const Periodic periodic(absl::Milliseconds(1), [&] { runs.Add(); });
  runs.WaitFor(5);
}

TEST(PeriodicTest, WakeRunsItNow) {
  Runs runs;
  Periodic periodic(absl::Hours(1), [&] { runs.Add(); });
  for (int n = 1; n <= 5; ++n) {
    runs.WaitFor(n);
    periodic.Wake();
  }
  runs.WaitFor(6);
}

TEST(PeriodicTest, AWakeDuringARunIsNotLost) {
  Runs runs;
  std::promise<void> entered, release;
  std::future<void> released = release.get_future();
  std::atomic<bool> first = true;
  Periodic periodic(absl::Hours(1), [&] {
    if (first.exchange(false)) {
      entered.set_value();
      released.wait();
    }
    runs.Add();
  });
  entered.get_future().wait();
  periodic.Wake();
  periodic.Wake();
  release.set_value();
  runs.WaitFor(2);
}

TEST(PeriodicTest, TheDestructorWaitsForTheRunInProgress) {
  std::promise<void> entered;
  std::atomic<bool> finished = false;
  {
    const Periodic periodic(absl::Hours(1), [&] {
      entered.set_value();
      std::this_thread::yield();
      finished = true;
    });
    entered.get_future().wait();
  }
  EXPECT_TRUE(finished);
}

TEST(PeriodicTest, TheDestructorDoesNotWaitForTheInterval) {
  Runs runs;
  {
    const Periodic periodic(absl::Hours(1), [&] { runs.Add(); });
    runs.WaitFor(1);
  }
  EXPECT_EQ(runs.count(), 1);
}

TEST(PeriodicTest, RunsNeverOverlap) {
  std::atomic<int> inside = 0;
  Runs runs;
  Periodic periodic(absl::ZeroDuration(), [&] {
    EXPECT_EQ(++inside, 1);
    --inside;
    runs.Add();
  });
  for (int i = 0; i < 1000; ++i) periodic.Wake();
  runs.WaitFor(100);
}

}  // namespace
}  // namespace furnace::runtime
