#include "bench/redis_limit.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "absl/time/clock.h"
#include "libs/common/redis/client.h"

namespace furnace::bench {
namespace {

constexpr char kScript[] =
    "redis.call('HSET', KEYS[1], 'a', ARGV[1]) redis.call('ZADD', KEYS[2], ARGV[1], ARGV[2]) "
    "return redis.call('ZPOPMIN', KEYS[2])";
constexpr int kDepth = 128;
constexpr int kRounds = 400;

}  // namespace

double RedisScriptsPerSecond(const std::string& redis_url) {
  const redis::Script script(kScript);
  auto connection = redis::Connection::Open(*redis::ParseUrl(redis_url));
  if (!connection.ok() || !(*connection)->Ask({"SCRIPT", "LOAD", script.source()}).ok()) return 0;
  const redis::WakeEvent wake;
  const absl::Time start = absl::Now();
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kDepth; ++i) {
      (*connection)
          ->Append({"EVALSHA", script.sha1(), "2", "bench:{x}:hash", "bench:{x}:zset",
                    std::to_string(i), "member"});
    }
    for (int replies = 0; replies < kDepth;) {
      if (!(*connection)->Exchange(wake, absl::Seconds(1)).ok()) return 0;
      for (;;) {
        const auto reply = (*connection)->Next();
        if (!reply.ok() || *reply == nullptr) break;
        ++replies;
      }
    }
  }
  return kDepth * kRounds / absl::ToDoubleSeconds(absl::Now() - start);
}

double RedisUsedBytes(const std::string& redis_url) {
  auto connection = redis::Connection::Open(*redis::ParseUrl(redis_url));
  if (!connection.ok()) return 0;
  const auto reply = (*connection)->Ask({"INFO", "memory"});
  if (!reply.ok()) return 0;
  const std::string text((*reply)->str, static_cast<std::size_t>((*reply)->len));
  constexpr std::string_view kField = "used_memory:";
  const auto at = text.find(kField);
  return at == std::string::npos ? 0 : std::atof(text.c_str() + at + kField.size());
}

}  // namespace furnace::bench
