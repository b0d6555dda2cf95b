// What the server and its connections know of each other.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "absl/time/time.h"
#include "services/gateway/http/answer_room.h"
#include "services/gateway/http/exchange.h"
#include "services/gateway/http/request_reader.h"

namespace furnace::gateway::http {

/// What clients may take of time and room.
struct ServerLimits {
  HeadLimits head;
  /// Connections open at a time; further ones are answered 503 and closed.
  std::size_t connections = 10'000;
  /// Bytes of request bodies held at a time, all connections together.
  std::size_t body_bytes = std::size_t{512} << 20;
  /// Bytes of large answers that wait for clients to take them, all connections together; what
  /// is beyond them, or beyond a project's quarter of them, is answered 503.
  std::size_t answer_bytes = std::size_t{1} << 30;
  /// From the first byte of a request to the end of its head.
  absl::Duration head_timeout = absl::Seconds(10);
  /// From the end of the head to the end of the body.
  absl::Duration body_timeout = absl::Seconds(60);
  /// Between requests.
  absl::Duration idle_timeout = absl::Seconds(75);
  /// Without the client taking any byte of an answer.
  absl::Duration write_timeout = absl::Seconds(30);
  /// How long a connection is listened to after its last answer, so that the
  /// client can read that before it is reset.
  absl::Duration linger = absl::Seconds(2);
  /// How long a connection without a request stays when the server drains: a
  /// request may be on its way.
  absl::Duration lame_duck = absl::Seconds(1);
  /// How often a WebSocket client is pinged; one that does not answer within this
  /// time again is gone.
  absl::Duration ping_interval = absl::Seconds(20);
};

/// What the connections of a server share. It outlives them.
struct Shared {
  Shared(const ServerLimits& server_limits, Handler& request_handler)
      : limits(server_limits), handler(request_handler), answers(server_limits.answer_bytes) {}

  const ServerLimits limits;
  Handler& handler;
  std::atomic<bool> draining = false;
  std::atomic<std::size_t> body_bytes = 0;
  AnswerRoom answers;
};

/// A connection, as the server sees it: an HTTP connection or what became of it.
/// Both methods may be called from any thread.
class Session {
 public:
  virtual ~Session() = default;
  /// The server drains: end when the present work is done.
  virtual void Drain() = 0;
  /// The time to drain is over: end now, with a word if possible.
  virtual void Abort() = 0;
};

/// A place among the server's connections, given back when destroyed. It passes
/// from an HTTP connection to the WebSocket it becomes.
class Place {
 public:
  virtual ~Place() = default;
  /// Who is told when the server drains.
  virtual void Occupy(std::weak_ptr<Session> session) = 0;
};

}  // namespace furnace::gateway::http
