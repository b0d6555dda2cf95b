#include "libs/common/redis/client.h"

#include <algorithm>
#include <future>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"

namespace furnace::redis {
namespace {

constexpr absl::Duration kBackoffMin = absl::Milliseconds(20);
constexpr absl::Duration kBackoffMax = absl::Seconds(1);
constexpr absl::Duration kTick = absl::Milliseconds(250);

std::string_view TextOf(const redisReply& reply) {
  return {reply.str, static_cast<std::size_t>(reply.len)};
}

bool IsNoScript(const redisReply& reply) {
  return reply.type == REDIS_REPLY_ERROR && TextOf(reply).starts_with("NOSCRIPT");
}

absl::StatusOr<Reply> ToResult(Reply reply) {
  if (reply->type != REDIS_REPLY_ERROR) return reply;
  const std::string_view text = TextOf(*reply);
  if (text.find("OOM") != std::string_view::npos) {
    return absl::ResourceExhaustedError("redis: no memory left");
  }
  absl::StatusCode code = absl::StatusCode::kInternal;
  if (text.starts_with("LOADING") || text.starts_with("READONLY")) {
    code = absl::StatusCode::kUnavailable;
  }
  return Error(code, "redis: {}", text);
}

}  // namespace

Client::Client(ServerAddress address, std::vector<const Script*> scripts)
    : address_(std::move(address)), scripts_(std::move(scripts)), thread_([this] { Loop(); }) {}

Client::~Client() { Stop(); }

void Client::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.Set();
  if (thread_.joinable()) thread_.join();
}

bool Client::connected() const {
  MutexLock lock(mutex_);
  return connected_;
}

void Client::Send(Words words, Callback done) {
  Enqueue({.words = std::move(words), .done = std::move(done), .deadline = {}, .script = nullptr});
}

void Client::Run(const Script& script, const Words& keys, const Words& args, Callback done) {
  Words words;
  words.reserve(3 + keys.size() + args.size());
  words.emplace_back("EVALSHA");
  words.push_back(script.sha1());
  words.push_back(std::to_string(keys.size()));
  words.insert(words.end(), keys.begin(), keys.end());
  words.insert(words.end(), args.begin(), args.end());
  Enqueue({.words = std::move(words), .done = std::move(done), .deadline = {}, .script = &script});
}

absl::StatusOr<Reply> Client::SendAndWait(Words words) {
  std::promise<absl::StatusOr<Reply>> promise;
  Send(std::move(words),
       [&promise](absl::StatusOr<Reply> reply) { promise.set_value(std::move(reply)); });
  return promise.get_future().get();
}

absl::StatusOr<Reply> Client::RunAndWait(const Script& script, const Words& keys,
                                         const Words& args) {
  std::promise<absl::StatusOr<Reply>> promise;
  Run(script, keys, args,
      [&promise](absl::StatusOr<Reply> reply) { promise.set_value(std::move(reply)); });
  return promise.get_future().get();
}

void Client::Enqueue(Command command) {
  command.deadline = absl::Now() + address_.command_timeout;
  absl::Status refused;
  {
    MutexLock lock(mutex_);
    if (stopping_) {
      refused = absl::UnavailableError("redis: client is stopping");
    } else if (waiting_.size() + in_flight_count_ >= kMaxPending) {
      refused = absl::ResourceExhaustedError("redis: too many commands wait");
    } else {
      waiting_.push_back(std::move(command));
      // Whoever comes second finds the thread awake or about to be.
      if (waiting_.size() == 1) wake_.Set();
      return;
    }
  }
  command.done(refused);
}

void Client::Loop() {
  absl::Duration backoff = kBackoffMin;
  for (;;) {
    {
      MutexLock lock(mutex_);
      if (stopping_) break;
    }
    if (connection_ == nullptr) {
      const bool connected = Connect();
      // Sent now, these would be overdue at once and end the connection.
      ExpireWaiting();
      if (!connected) {
        absl::SleepFor(backoff);
        backoff = std::min(backoff * 2, kBackoffMax);
        continue;
      }
    }
    backoff = kBackoffMin;
    if (!Exchange()) {
      {
        MutexLock lock(mutex_);
        connected_ = false;
        in_flight_count_ = 0;
      }
      connection_.reset();
      FailAll(in_flight_, absl::UnavailableError("redis: connection lost"));
    }
  }
  std::deque<Command> left;
  {
    MutexLock lock(mutex_);
    left.swap(waiting_);
    connected_ = false;
  }
  const absl::Status stopped = absl::UnavailableError("redis: client is stopping");
  FailAll(in_flight_, stopped);
  FailAll(left, stopped);
}

bool Client::Connect() {
  absl::StatusOr<std::unique_ptr<Connection>> opened = Connection::Open(address_);
  if (!opened.ok()) return false;
  for (const Script* script : scripts_) {
    if (!(*opened)->Ask({"SCRIPT", "LOAD", script->source()}).ok()) return false;
  }
  connection_ = *std::move(opened);
  MutexLock lock(mutex_);
  connected_ = true;
  return true;
}

// Moves what waits onto the wire, and replies to their owners. False when the
// connection is of no more use.
bool Client::Exchange() {
  Submit();
  if (!connection_->Exchange(wake_, kTick).ok()) return false;
  for (;;) {
    absl::StatusOr<Reply> reply = connection_->Next();
    if (!reply.ok()) return false;
    if (*reply == nullptr) break;
    if (in_flight_.empty()) return false;
    Deliver(*std::move(reply));
  }
  // Replies come in order: one that is overdue holds up all the others.
  return in_flight_.empty() || absl::Now() < in_flight_.front().deadline;
}

void Client::Submit() {
  std::deque<Command> batch;
  {
    MutexLock lock(mutex_);
    batch.swap(waiting_);
    in_flight_count_ += batch.size();
  }
  for (Command& command : batch) {
    connection_->Append(command.words);
    in_flight_.push_back(std::move(command));
  }
}

void Client::Deliver(Reply reply) {
  Command command = std::move(in_flight_.front());
  in_flight_.pop_front();
  {
    MutexLock lock(mutex_);
    --in_flight_count_;
  }
  if (command.script != nullptr && command.words[0] == "EVALSHA" && IsNoScript(*reply)) {
    command.words[0] = "EVAL";
    command.words[1] = command.script->source();
    return Enqueue(std::move(command));
  }
  command.done(ToResult(std::move(reply)));
}

void Client::FailAll(std::deque<Command>& commands, const absl::Status& status) {
  std::deque<Command> failed;
  failed.swap(commands);
  for (Command& command : failed) command.done(status);
}

void Client::ExpireWaiting() {
  std::deque<Command> expired;
  {
    const absl::Time now = absl::Now();
    MutexLock lock(mutex_);
    while (!waiting_.empty() && waiting_.front().deadline <= now) {
      expired.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }
  FailAll(expired, absl::UnavailableError("redis: not reachable"));
}

}  // namespace furnace::redis
