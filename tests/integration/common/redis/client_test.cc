#include "libs/common/redis/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/common/redis/private_redis.h"

namespace furnace::redis {
namespace {

const Script kCount("return redis.call('INCRBY', KEYS[1], ARGV[1])");
const Script kOther("return {KEYS[1], ARGV[1], 7, false}");

std::string TextOf(const absl::StatusOr<Reply>& reply) {
  if (!reply.ok()) return reply.status().ToString();
  return {(*reply)->str, static_cast<std::size_t>((*reply)->len)};
}

long long IntOf(const absl::StatusOr<Reply>& reply) {
  EXPECT_TRUE(reply.ok()) << reply.status();
  return reply.ok() ? (*reply)->integer : -1;
}

class ClientTest : public testing::Test {
 protected:
  ClientTest() { EXPECT_TRUE(client_.SendAndWait({"FLUSHALL"}).ok()); }

  Client client_{SharedRedis(), {&kCount}};
};

TEST_F(ClientTest, RepliesComeAsRedisSendsThem) {
  EXPECT_EQ(TextOf(client_.SendAndWait({"PING"})), "PONG");
  EXPECT_EQ(IntOf(client_.SendAndWait({"RPUSH", "list", "a", "b"})), 2);
  EXPECT_EQ((*client_.SendAndWait({"LRANGE", "list", "0", "-1"}))->elements, 2u);
  EXPECT_EQ((*client_.SendAndWait({"GET", "none"}))->type, REDIS_REPLY_NIL);
}

TEST_F(ClientTest, AnyBytesGoThereAndBack) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  const std::string large(1 << 20, '\n');
  ASSERT_TRUE(client_.SendAndWait({"SET", bytes, large}).ok());
  EXPECT_EQ(TextOf(client_.SendAndWait({"GET", bytes})), large);
  EXPECT_EQ(TextOf(client_.SendAndWait({"ECHO", ""})), "");
}

TEST_F(ClientTest, AnErrorReplyIsInternalAndTheConnectionGoesOn) {
  ASSERT_TRUE(client_.SendAndWait({"SET", "text", "x"}).ok());
  const auto wrong = client_.SendAndWait({"LPUSH", "text", "y"});
  EXPECT_TRUE(absl::IsInternal(wrong.status())) << wrong.status();
  EXPECT_TRUE(absl::IsInternal(client_.SendAndWait({"NOSUCHCOMMAND"}).status()));
  EXPECT_EQ(TextOf(client_.SendAndWait({"GET", "text"})), "x");
}

TEST_F(ClientTest, ManyThreadsShareTheConnectionAndEachGetsItsOwnReplies) {
  constexpr int kThreads = 8;
  constexpr int kEach = 2000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::atomic<int> answered = 0;
      for (int n = 0; n < kEach; ++n) {
        const std::string text = std::to_string(t) + "-" + std::to_string(n);
        client_.Send({"ECHO", text}, [&answered, text](absl::StatusOr<Reply> reply) {
          EXPECT_EQ(TextOf(reply), text);
          ++answered;
        });
      }
      EXPECT_TRUE(Eventually([&] { return answered == kEach; })) << answered;
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ClientTest, CommandsOfOneThreadRunInOrder) {
  std::vector<long long> values;
  std::promise<void> done;
  for (int n = 1; n <= 1000; ++n) {
    client_.Send({"INCR", "n"}, [&, n](absl::StatusOr<Reply> reply) {
      values.push_back(IntOf(reply));
      if (n == 1000) done.set_value();
    });
  }
  done.get_future().wait();
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(values[i], static_cast<long long>(i + 1));
  }
}

TEST_F(ClientTest, ACallbackMaySendAgain) {
  std::promise<std::string> second;
  client_.Send({"ECHO", "a"}, [&](absl::StatusOr<Reply>) {
    client_.Send({"ECHO", "b"},
                 [&](absl::StatusOr<Reply> reply) { second.set_value(TextOf(reply)); });
  });
  EXPECT_EQ(second.get_future().get(), "b");
}

TEST_F(ClientTest, ScriptsTakeKeysAndArguments) {
  EXPECT_EQ(IntOf(client_.RunAndWait(kCount, {"n"}, {"5"})), 5);
  const auto reply = client_.RunAndWait(kOther, {"key"}, {"argument"});
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_EQ((*reply)->elements, 4u);
  EXPECT_STREQ((*reply)->element[0]->str, "key");
  EXPECT_STREQ((*reply)->element[1]->str, "argument");
  EXPECT_EQ((*reply)->element[2]->integer, 7);
  EXPECT_EQ((*reply)->element[3]->type, REDIS_REPLY_NIL);
}

TEST_F(ClientTest, AScriptThatFailsIsInternal) {
  const Script broken("return redis.call('NOSUCHCOMMAND')");
  EXPECT_TRUE(absl::IsInternal(client_.RunAndWait(broken, {}, {}).status()));
}

TEST_F(ClientTest, AScriptThatRedisForgotRunsAllTheSameAndOnce) {
  ASSERT_EQ(IntOf(client_.RunAndWait(kCount, {"n"}, {"1"})), 1);
  ASSERT_TRUE(client_.SendAndWait({"SCRIPT", "FLUSH"}).ok());
  EXPECT_EQ(IntOf(client_.RunAndWait(kCount, {"n"}, {"1"})), 2);
  EXPECT_EQ(IntOf(client_.RunAndWait(kCount, {"n"}, {"1"})), 3);
}

TEST_F(ClientTest, EveryRunCountsOnceWhileScriptsAreFlushed) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) {
        if (n % 50 == 0) client_.Send({"SCRIPT", "FLUSH"}, [](absl::StatusOr<Reply>) {});
        EXPECT_TRUE(client_.RunAndWait(kCount, {"n"}, {"1"}).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(TextOf(client_.SendAndWait({"GET", "n"})), std::to_string(kThreads * kEach));
}

TEST(ClientAddressTest, LogsInAndSelectsTheDatabase) {
  PrivateRedis redis({"--requirepass", "sesame"});
  ServerAddress address = redis.address();
  address.password = "sesame";
  Client zero(address, {});
  address.database = 3;
  Client three(address, {});
  ASSERT_TRUE(zero.SendAndWait({"SET", "key", "zero"}).ok());
  EXPECT_EQ((*three.SendAndWait({"GET", "key"}))->type, REDIS_REPLY_NIL);
  EXPECT_TRUE(three.connected());
}

TEST(ClientAddressTest, AWrongPasswordIsUnavailable) {
  PrivateRedis redis({"--requirepass", "sesame"});
  ServerAddress address = redis.address();
  address.password = "hunter2";
  address.command_timeout = absl::Milliseconds(100);
  Client client(address, {});
  const absl::Status status = client.SendAndWait({"PING"}).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_FALSE(client.connected());
}

}  // namespace
}  // namespace furnace::redis
