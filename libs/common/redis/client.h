#pragma once

#include <hiredis/hiredis.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "libs/common/redis/connection.h"
#include "libs/common/redis/script.h"

namespace furnace::redis {

/// One pipelined connection that many threads share.
///
/// Callers append commands and go on; an I/O thread writes whatever has gathered
/// in one go and hands out the replies, so that concurrency becomes batching. It
/// reconnects by itself, with backoff, and loads every script it has been given
/// before anything else is sent.
///
/// Thread-safe. Callbacks run on the I/O thread and must not block.
class Client {
 public:
  using Callback = absl::AnyInvocable<void(absl::StatusOr<Reply>)>;
  using Words = std::vector<std::string>;

  /// Commands waiting or in flight at a time; more are refused with
  /// RESOURCE_EXHAUSTED.
  static constexpr std::size_t kMaxPending = 100'000;

  /// `scripts` must outlive the client.
  Client(ServerAddress address, std::vector<const Script*> scripts);
  ~Client();

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Fails what is on its way and ends the I/O thread: no callback runs after it
  /// returns. For an owner whose other parts the callbacks use; call it from one
  /// thread.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  /// Sends one command. The callback gets the reply, or
  ///   UNAVAILABLE when no connection came up within the command timeout, or
  ///     the connection broke; the command may or may not have run;
  ///   RESOURCE_EXHAUSTED when Redis is out of memory (OOM), or kMaxPending;
  ///   INTERNAL for any other error reply.
  void Send(Words words, Callback done) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Runs a script by its hash, and by its source where Redis does not know it
  /// any more (SCRIPT FLUSH).
  void Run(const Script& script, const Words& keys, const Words& args, Callback done);

  /// Send and Run for callers that have a thread to wait on. Not for callbacks.
  absl::StatusOr<Reply> SendAndWait(Words words);
  absl::StatusOr<Reply> RunAndWait(const Script& script, const Words& keys, const Words& args);

  /// Whether there is a connection now.
  bool connected() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Command {
    Words words;
    Callback done;
    absl::Time deadline;
    const Script* script = nullptr;
  };

  void Enqueue(Command command) ABSL_LOCKS_EXCLUDED(mutex_);
  void Loop();
  bool Connect();
  bool Exchange();
  void Submit();
  void Deliver(Reply reply);
  void FailAll(std::deque<Command>& commands, const absl::Status& status);
  void ExpireWaiting() ABSL_LOCKS_EXCLUDED(mutex_);

  const ServerAddress address_;
  const std::vector<const Script*> scripts_;
  const WakeEvent wake_;

  mutable Mutex mutex_;
  std::deque<Command> waiting_ ABSL_GUARDED_BY(mutex_);
  std::size_t in_flight_count_ ABSL_GUARDED_BY(mutex_) = 0;
  bool connected_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  // The I/O thread's own.
  std::unique_ptr<Connection> connection_;
  std::deque<Command> in_flight_;
  std::thread thread_;
};

}  // namespace furnace::redis
