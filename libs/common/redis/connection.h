#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace furnace::redis {

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

/// Where a Redis is and how long to wait for it.
struct ServerAddress {
  std::string host = "127.0.0.1";
  int port = 6379;
  std::string password;  // Empty: no AUTH.
  int database = 0;
  absl::Duration connect_timeout = absl::Seconds(2);
  absl::Duration command_timeout = absl::Seconds(5);
};

/// "redis://[:password@]host[:port][/database]". INVALID_ARGUMENT says what is
/// wrong, without the password.
absl::StatusOr<ServerAddress> ParseUrl(const std::string& url);

/// Wakes a thread that polls. Thread-safe.
class WakeEvent {
 public:
  WakeEvent();
  ~WakeEvent();

  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;

  int fd() const { return fd_; }
  void Set() const;
  void Clear() const;

 private:
  const int fd_;
};

/// A socket to Redis that does not block once open. For one thread.
class Connection {
 public:
  /// Connects, authenticates and selects the database, blocking for at most
  /// address.connect_timeout for each. UNAVAILABLE says why not.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const ServerAddress& address);

  /// Adds a command to what Flush will write.
  void Append(const std::vector<std::string>& words);

  /// Waits until there is something to read, `wake` is set, or `timeout`; then
  /// reads and writes what the socket takes. UNAVAILABLE when it is broken.
  absl::Status Exchange(const WakeEvent& wake, absl::Duration timeout);

  /// The next complete reply, or nullptr. INTERNAL on a protocol error.
  absl::StatusOr<Reply> Next();

  /// One command, blocking; for use before the first Exchange.
  absl::StatusOr<Reply> Ask(const std::vector<std::string>& words);

 private:
  struct FreeContext {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  explicit Connection(redisContext* context) : context_(context) {}
  absl::Status Broken() const;

  std::unique_ptr<redisContext, FreeContext> context_;
  bool unwritten_ = false;
};

}  // namespace furnace::redis
