// What a client does when its Redis is killed, slow, full or not there.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "libs/common/redis/client.h"
#include "tests/integration/common/redis/fake_redis.h"
#include "tests/integration/common/redis/private_redis.h"

namespace furnace::redis {
namespace {

const Script kCount("return redis.call('INCR', KEYS[1])");
const Script kStore("return redis.call('SET', KEYS[1], ARGV[1])");

// Sends a command; its outcome will be in the future.
std::future<absl::StatusOr<Reply>> Send(Client& client, Client::Words words) {
  auto promise = std::make_shared<std::promise<absl::StatusOr<Reply>>>();
  client.Send(std::move(words),
              [promise](absl::StatusOr<Reply> reply) { promise->set_value(std::move(reply)); });
  return promise->get_future();
}

TEST(KilledRedisTest, TheClientComesBackByItselfWithItsScripts) {
  PrivateRedis redis;
  Client client(redis.address(), {&kCount});
  ASSERT_TRUE(client.RunAndWait(kCount, {"n"}, {}).ok());
  redis.Kill();
  EXPECT_TRUE(Eventually([&] { return !client.connected(); }));
  redis.Start();
  EXPECT_TRUE(Eventually([&] { return client.connected(); }));
  const auto exists = client.SendAndWait({"SCRIPT", "EXISTS", kCount.sha1()});
  ASSERT_TRUE(exists.ok()) << exists.status();
  EXPECT_EQ((*exists)->element[0]->integer, 1);
  EXPECT_EQ((*client.RunAndWait(kCount, {"n"}, {}))->integer, 1);
}

TEST(KilledRedisTest, WhatWasInFlightIsUnavailable) {
  PrivateRedis redis;
  Client client(redis.address(), {});
  ASSERT_TRUE(client.SendAndWait({"PING"}).ok());
  auto blocked = Send(client, {"BLPOP", "none", "0"});
  auto behind = Send(client, {"PING"});
  redis.Kill();
  EXPECT_TRUE(absl::IsUnavailable(blocked.get().status()));
  EXPECT_TRUE(absl::IsUnavailable(behind.get().status()));
}

TEST(KilledRedisTest, WhatIsSentMeanwhileWaitsForTheNextConnection) {
  PrivateRedis redis;
  ServerAddress address = redis.address();
  address.command_timeout = absl::Seconds(30);
  Client client(address, {});
  ASSERT_TRUE(client.SendAndWait({"PING"}).ok());
  redis.Kill();
  EXPECT_TRUE(Eventually([&] { return !client.connected(); }));
  auto waiting = Send(client, {"SET", "key", "value"});
  redis.Start();
  const auto reply = waiting.get();
  EXPECT_TRUE(reply.ok()) << reply.status();
}

TEST(KilledRedisTest, EveryCommandIsAnsweredOnceThroughManyKills) {
  PrivateRedis redis;
  Client client(redis.address(), {&kCount});
  std::atomic<bool> stop = false;
  std::atomic<int> sent = 0, answered = 0, succeeded = 0;
  std::thread sender([&] {
    while (!stop) {
      ++sent;
      client.Run(kCount, {"n"}, {}, [&](absl::StatusOr<Reply> reply) {
        ++answered;
        if (reply.ok()) ++succeeded;
      });
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 3; ++i) {
    const int before = succeeded;
    EXPECT_TRUE(Eventually([&] { return succeeded > before + 100; }));
    redis.Kill();
    redis.Start();
  }
  stop = true;
  sender.join();
  EXPECT_TRUE(Eventually([&] { return answered == sent; })) << answered << " of " << sent;
}

TEST(AbsentRedisTest, CommandsAreUnavailableAfterTheTimeout) {
  PrivateRedis redis;
  ServerAddress address = redis.address();
  redis.Kill();
  address.command_timeout = absl::Milliseconds(50);
  Client client(address, {});
  const absl::Status status = client.SendAndWait({"PING"}).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

TEST(AbsentRedisTest, AClientThatGoesAnswersWhatWaits) {
  PrivateRedis redis;
  const ServerAddress address = redis.address();
  redis.Kill();
  std::future<absl::StatusOr<Reply>> waiting;
  {
    Client client(address, {});
    waiting = Send(client, {"PING"});
  }
  EXPECT_TRUE(absl::IsUnavailable(waiting.get().status()));
}

TEST(StoppedClientTest, NoCallbackRunsAfterStopReturns) {
  Client client(SharedRedis(), {});
  ASSERT_TRUE(client.SendAndWait({"PING"}).ok());
  auto blocked = Send(client, {"BLPOP", "none", "0"});
  client.Stop();
  EXPECT_EQ(blocked.wait_for(std::chrono::seconds(0)), std::future_status::ready);
  EXPECT_TRUE(absl::IsUnavailable(blocked.get().status()));
  EXPECT_TRUE(absl::IsUnavailable(client.SendAndWait({"PING"}).status()));
  EXPECT_FALSE(client.connected());
}

TEST(SlowRedisTest, ACommandThatTakesTooLongIsUnavailableAndTheNextWorks) {
  PrivateRedis redis;
  ServerAddress address = redis.address();
  address.command_timeout = absl::Milliseconds(200);
  Client client(address, {});
  ASSERT_TRUE(client.SendAndWait({"PING"}).ok());
  auto sleep = Send(client, {"DEBUG", "SLEEP", "1"});
  const absl::Status behind = client.SendAndWait({"PING"}).status();
  EXPECT_TRUE(absl::IsUnavailable(behind)) << behind;
  EXPECT_TRUE(absl::IsUnavailable(sleep.get().status()));
  EXPECT_TRUE(Eventually([&] { return client.SendAndWait({"PING"}).ok(); }));
}

TEST(SlowRedisTest, APausedServerTimesOutWritesOnly) {
  PrivateRedis redis;
  ServerAddress address = redis.address();
  address.command_timeout = absl::Milliseconds(200);
  Client client(address, {});
  Client patient(redis.address(), {});
  ASSERT_TRUE(patient.SendAndWait({"CLIENT", "PAUSE", "60000", "WRITE"}).ok());
  EXPECT_TRUE(client.SendAndWait({"GET", "key"}).ok());
  EXPECT_TRUE(absl::IsUnavailable(client.SendAndWait({"SET", "key", "x"}).status()));
  ASSERT_TRUE(patient.SendAndWait({"CLIENT", "UNPAUSE"}).ok());
  EXPECT_TRUE(Eventually([&] { return client.SendAndWait({"SET", "key", "x"}).ok(); }));
}

// A late reply must not become the answer to the next command.
TEST(SlowRedisTest, RepliesAreNotMixedUpAfterATimeout) {
  PrivateRedis redis;
  ServerAddress address = redis.address();
  address.command_timeout = absl::Milliseconds(200);
  Client client(address, {});
  ASSERT_TRUE(client.SendAndWait({"PING"}).ok());
  EXPECT_TRUE(absl::IsUnavailable(client.SendAndWait({"BLPOP", "none", "1"}).status()));
  EXPECT_TRUE(Eventually([&] {
    const auto reply = client.SendAndWait({"ECHO", "mine"});
    if (!reply.ok()) return false;
    EXPECT_STREQ((*reply)->str, "mine");
    return true;
  }));
}

TEST(SlowRedisTest, MoreThanTheLimitIsRefusedAtOnceAndAllAreAnswered) {
  PrivateRedis redis;
  ServerAddress address = redis.address();
  address.command_timeout = absl::Minutes(1);
  std::atomic<std::size_t> answered = 0, exhausted = 0;
  {
    Client client(address, {});
    ASSERT_TRUE(client.SendAndWait({"CLIENT", "PAUSE", "60000", "ALL"}).ok());
    for (std::size_t i = 0; i < Client::kMaxPending + 10; ++i) {
      client.Send({"SET", "k", "v"}, [&](absl::StatusOr<Reply> reply) {
        ++answered;
        if (absl::IsResourceExhausted(reply.status())) ++exhausted;
      });
    }
    EXPECT_EQ(exhausted, 10u);
    EXPECT_EQ(answered, 10u);
  }
  EXPECT_EQ(answered, Client::kMaxPending + 10);
}

TEST(FullRedisTest, OutOfMemoryIsResourceExhausted) {
  PrivateRedis redis({"--maxmemory", "1", "--maxmemory-policy", "noeviction"});
  Client client(redis.address(), {&kStore});
  const absl::Status status = client.SendAndWait({"SET", "key", "value"}).status();
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  const absl::Status scripted = client.RunAndWait(kStore, {"key"}, {"value"}).status();
  EXPECT_TRUE(absl::IsResourceExhausted(scripted)) << scripted;
  EXPECT_TRUE(client.SendAndWait({"GET", "key"}).ok());
  ASSERT_TRUE(client.SendAndWait({"CONFIG", "SET", "maxmemory", "0"}).ok());
  EXPECT_TRUE(client.RunAndWait(kStore, {"key"}, {"value"}).ok());
}

// A command whose time ran out while there was no connection must not be sent over
// the next one: it would at once count as overdue and take the connection, with
// all that shares it, down.
TEST(LateConnectionTest, WhatExpiredMeanwhileIsNotSentAndHarmsNobody) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  FakeRedis redis([released](const FakeRedis::Words& words) -> std::string {
    if (words[0] == "SCRIPT") released.wait();
    return "+" + words[0] + "\r\n";
  });
  ServerAddress address = redis.address();
  address.connect_timeout = absl::Seconds(30);
  address.command_timeout = absl::Seconds(1);
  Client client(address, {&kCount});
  const absl::Time expired_at = absl::Now() + address.command_timeout;
  auto expired = Send(client, {"EXPIRED"});
  absl::SleepFor(expired_at - absl::Now() + absl::Milliseconds(50));
  auto fresh = Send(client, {"FRESH"});
  release.set_value();
  EXPECT_TRUE(absl::IsUnavailable(expired.get().status()));
  const auto reply = fresh.get();
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_STREQ((*reply)->str, "FRESH");
  EXPECT_EQ(redis.commands(), (std::vector<std::string>{"SCRIPT", "FRESH"}));
}

TEST(LyingServerTest, AProtocolErrorBreaksTheConnectionAndNothingElse) {
  std::atomic<int> answers = 0;
  FakeRedis redis([&](const FakeRedis::Words&) -> std::string {
    return ++answers == 1 ? "!nonsense\r\n" : "+OK\r\n";
  });
  Client client(redis.address(), {});
  EXPECT_TRUE(absl::IsUnavailable(client.SendAndWait({"A"}).status()));
  EXPECT_TRUE(Eventually([&] { return client.SendAndWait({"B"}).ok(); }));
}

TEST(LyingServerTest, AReplyThatNobodyAskedForBreaksTheConnection) {
  std::atomic<int> answers = 0;
  FakeRedis redis([&](const FakeRedis::Words&) -> std::string {
    return ++answers == 1 ? "+one\r\n+two\r\n" : "+OK\r\n";
  });
  Client client(redis.address(), {});
  EXPECT_TRUE(client.SendAndWait({"A"}).ok());
  EXPECT_TRUE(Eventually([&] {
    const auto reply = client.SendAndWait({"B"});
    if (!reply.ok()) return false;
    EXPECT_STREQ((*reply)->str, "OK");
    return true;
  }));
}

}  // namespace
}  // namespace furnace::redis
