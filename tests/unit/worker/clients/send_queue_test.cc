#include "services/worker/clients/scheduler/send_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace furnace::worker {
namespace {

Result LargeResult(const std::string& job_id) {
  Result result;
  result.lease.job_id = job_id;
  result.outcome.output = std::string(1000, 'x');
  return result;
}

TEST(SendQueueTest, MessagesGoInTheirOrder) {
  SendQueue queue;
  EXPECT_TRUE(queue.empty());
  queue.Push(Credit{.count = 3});
  queue.Push(LargeResult("a"));
  queue.Push(Draining{});
  EXPECT_TRUE(std::holds_alternative<Credit>(queue.Pop()));
  EXPECT_EQ(std::get<Result>(queue.Pop()).lease.job_id, "a");
  EXPECT_FALSE(queue.empty());
  EXPECT_TRUE(std::holds_alternative<Draining>(queue.Pop()));
  EXPECT_TRUE(queue.empty());
}

TEST(SendQueueTest, TheLatestHeartbeatPassesLargeResults) {
  SendQueue queue;
  queue.Push(LargeResult("a"));
  queue.Push(Heartbeat{.leases = {{"a", 1}, {"b", 1}}});
  queue.Push(LargeResult("b"));
  queue.Push(Heartbeat{.leases = {{"b", 1}}});
  EXPECT_EQ(std::get<Heartbeat>(queue.Pop()).leases.size(), 1U);
  EXPECT_EQ(std::get<Result>(queue.Pop()).lease.job_id, "a");
  EXPECT_EQ(std::get<Result>(queue.Pop()).lease.job_id, "b");
  EXPECT_TRUE(queue.empty());
}

TEST(SendQueueTest, OnlyWhatWaitsIsCounted) {
  SendQueue queue;
  Progress progress;
  progress.chunks = {std::string(1000, 'x')};
  queue.Push(progress);
  const std::size_t one = queue.bytes();
  EXPECT_GE(one, 1000U);
  queue.Push(progress);
  EXPECT_EQ(queue.bytes(), 2 * one);
  queue.Pop();
  EXPECT_EQ(queue.bytes(), one);
  queue.Pop();
  EXPECT_EQ(queue.bytes(), 0U);
}

}  // namespace
}  // namespace furnace::worker
