#include "libs/common/runtime/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace furnace::runtime {
namespace {

TEST(ThreadPoolTest, RunsWhatItTakes) {
  std::promise<int> answer;
  ThreadPool pool(1, 1);
  ASSERT_TRUE(pool.TrySubmit([&] { answer.set_value(7); }));
  EXPECT_EQ(answer.get_future().get(), 7);
}

TEST(ThreadPoolTest, RunsTasksSideBySide) {
  constexpr int kThreads = 4;
  std::promise<void> all_entered;
  const std::shared_future<void> released = all_entered.get_future().share();
  std::atomic<int> entered = 0;
  ThreadPool pool(kThreads, kThreads);
  for (int i = 0; i < kThreads; ++i) {
    ASSERT_TRUE(pool.TrySubmit([&, released] {
      if (++entered == kThreads) all_entered.set_value();
      released.wait();
    }));
  }
  released.wait();
}

TEST(ThreadPoolTest, AFullQueueRefusesAndLeavesTheTaskAlone) {
  std::promise<void> entered, release;
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(1, 2);
    ASSERT_TRUE(pool.TrySubmit([&] {
      entered.set_value();
      release.get_future().wait();
      ++ran;
    }));
    entered.get_future().wait();
    EXPECT_TRUE(pool.TrySubmit([&] { ++ran; }));
    EXPECT_TRUE(pool.TrySubmit([&] { ++ran; }));
    ThreadPool::Task task = [&] { ran += 100; };
    EXPECT_FALSE(pool.TrySubmit(std::move(task)));
    release.set_value();
    task();  // Refused is untouched. NOLINT(bugprone-use-after-move)
  }
  EXPECT_EQ(ran, 103);
}

TEST(ThreadPoolTest, TheDestructorRunsWhatWasTaken) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(2, 1000);
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(pool.TrySubmit([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 500);
}

TEST(ThreadPoolTest, StopRunsWhatWasTakenAndTakesNoMore) {
  std::atomic<int> ran = 0;
  ThreadPool pool(2, 1000);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(pool.TrySubmit([&] { ++ran; }));
  pool.Stop();
  EXPECT_EQ(ran, 500);
  EXPECT_FALSE(pool.TrySubmit([&] { ++ran; }));
  pool.Stop();
  EXPECT_EQ(ran, 500);
}

}  // namespace
}  // namespace furnace::runtime
