#include "libs/common/redis/subscriber.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "libs/common/redis/client.h"
#include "tests/integration/common/redis/private_redis.h"

namespace furnace::redis {
namespace {

using testing::ElementsAre;
using testing::Pair;

// What a subscriber heard.
class Ear {
 public:
  Subscriber::OnMessage on_message() {
    return [this](std::string_view channel, std::string_view message) {
      MutexLock lock(mutex_);
      messages_.emplace_back(channel, message);
      changed_.SignalAll();
    };
  }

  std::function<void()> on_connect() {
    return [this] {
      MutexLock lock(mutex_);
      ++connects_;
      changed_.SignalAll();
    };
  }

  void WaitForConnects(int count) {
    MutexLock lock(mutex_);
    while (connects_ < count) changed_.Wait(mutex_);
  }

  std::vector<std::pair<std::string, std::string>> WaitForMessages(std::size_t count) {
    MutexLock lock(mutex_);
    while (messages_.size() < count) changed_.Wait(mutex_);
    return messages_;
  }

  int connects() {
    MutexLock lock(mutex_);
    return connects_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int connects_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::pair<std::string, std::string>> messages_ ABSL_GUARDED_BY(mutex_);
};

long long Publish(Client& client, const std::string& channel, const std::string& message) {
  const auto reply = client.SendAndWait({"PUBLISH", channel, message});
  EXPECT_TRUE(reply.ok()) << reply.status();
  return reply.ok() ? (*reply)->integer : -1;
}

TEST(SubscriberTest, HearsItsChannelsInOrderFromOnConnectOn) {
  Ear ear;
  const Subscriber subscriber(SharedRedis(), {"a", "b"}, ear.on_message(), ear.on_connect());
  Client client(SharedRedis(), {});
  ear.WaitForConnects(1);
  const std::string bytes("\0\xff\r\n", 4);
  EXPECT_EQ(Publish(client, "a", "1"), 1);
  EXPECT_EQ(Publish(client, "c", "2"), 0);
  EXPECT_EQ(Publish(client, "b", bytes), 1);
  EXPECT_EQ(Publish(client, "a", ""), 1);
  EXPECT_THAT(ear.WaitForMessages(3), ElementsAre(Pair("a", "1"), Pair("b", bytes), Pair("a", "")));
  EXPECT_EQ(ear.connects(), 1);
}

TEST(SubscriberTest, HearsALotAtOnce) {
  constexpr std::size_t kMessages = 5000;
  Ear ear;
  const Subscriber subscriber(SharedRedis(), {"a"}, ear.on_message(), ear.on_connect());
  Client client(SharedRedis(), {});
  ear.WaitForConnects(1);
  for (std::size_t i = 0; i < kMessages; ++i) {
    client.Send({"PUBLISH", "a", std::to_string(i)}, [](absl::StatusOr<Reply>) {});
  }
  const auto messages = ear.WaitForMessages(kMessages);
  for (std::size_t i = 0; i < kMessages; ++i) ASSERT_EQ(messages[i].second, std::to_string(i));
}

TEST(SubscriberTest, ComesBackAfterAKillAndSaysSo) {
  PrivateRedis redis;
  Ear ear;
  const Subscriber subscriber(redis.address(), {"a"}, ear.on_message(), ear.on_connect());
  ear.WaitForConnects(1);
  redis.Kill();
  redis.Start();
  ear.WaitForConnects(2);
  Client client(redis.address(), {});
  EXPECT_EQ(Publish(client, "a", "again"), 1);
  EXPECT_THAT(ear.WaitForMessages(1), ElementsAre(Pair("a", "again")));
}

TEST(SubscriberTest, MayStartBeforeItsRedis) {
  PrivateRedis redis;
  redis.Kill();
  Ear ear;
  const Subscriber subscriber(redis.address(), {"a"}, ear.on_message(), ear.on_connect());
  redis.Start();
  ear.WaitForConnects(1);
}

TEST(SubscriberTest, ANewConnectionIsMadeWhenTheServerDropsIt) {
  PrivateRedis redis;
  Ear ear;
  const Subscriber subscriber(redis.address(), {"a"}, ear.on_message(), ear.on_connect());
  ear.WaitForConnects(1);
  Client client(redis.address(), {});
  ASSERT_TRUE(client.SendAndWait({"CLIENT", "KILL", "TYPE", "pubsub"}).ok());
  ear.WaitForConnects(2);
}

}  // namespace
}  // namespace furnace::redis
