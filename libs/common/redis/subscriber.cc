#include "libs/common/redis/subscriber.h"

#include <utility>

#include "absl/time/clock.h"

namespace furnace::redis {
namespace {

constexpr absl::Duration kRetry = absl::Milliseconds(100);
constexpr absl::Duration kTick = absl::Milliseconds(500);
constexpr absl::Duration kPingEvery = absl::Seconds(5);
constexpr absl::Duration kSilenceLimit = absl::Seconds(15);

std::string_view TextOf(const redisReply* reply) {
  if (reply->type != REDIS_REPLY_STRING && reply->type != REDIS_REPLY_STATUS) return "";
  return {reply->str, static_cast<std::size_t>(reply->len)};
}

}  // namespace

Subscriber::Subscriber(ServerAddress address, std::vector<std::string> channels,
                       OnMessage on_message, std::function<void()> on_connect)
    : address_(std::move(address)),
      channels_(std::move(channels)),
      on_message_(std::move(on_message)),
      on_connect_(std::move(on_connect)),
      thread_([this] { Loop(); }) {}

Subscriber::~Subscriber() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.Set();
  thread_.join();
}

bool Subscriber::stopping() {
  MutexLock lock(mutex_);
  return stopping_;
}

void Subscriber::Loop() {
  while (!stopping()) {
    absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(address_);
    if (connection.ok()) Listen(**connection);
    if (!stopping()) absl::SleepFor(kRetry);
  }
}

void Subscriber::Listen(Connection& connection) {
  std::vector<std::string> words = {"SUBSCRIBE"};
  words.insert(words.end(), channels_.begin(), channels_.end());
  connection.Append(words);
  std::size_t confirmed = 0;
  absl::Time last_heard = absl::Now();
  absl::Time last_ping = last_heard;
  while (!stopping()) {
    if (!connection.Exchange(wake_, kTick).ok()) return;
    for (;;) {
      const absl::StatusOr<Reply> reply = connection.Next();
      if (!reply.ok()) return;
      if (*reply == nullptr) break;
      last_heard = absl::Now();
      if ((*reply)->type != REDIS_REPLY_ARRAY || (*reply)->elements < 2) continue;
      const std::string_view kind = TextOf((*reply)->element[0]);
      if (kind == "subscribe" && ++confirmed == channels_.size()) on_connect_();
      if (kind == "message" && (*reply)->elements == 3) {
        on_message_(TextOf((*reply)->element[1]), TextOf((*reply)->element[2]));
      }
    }
    const absl::Time now = absl::Now();
    if (now - last_heard > kSilenceLimit) return;
    if (now - last_ping > kPingEvery) {
      connection.Append({"PING"});
      last_ping = now;
    }
  }
}

}  // namespace furnace::redis
