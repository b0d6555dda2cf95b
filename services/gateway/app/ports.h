// What the gateway needs of the world.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/gateway/domain/caller.h"

namespace furnace::gateway {

/// Knows whose an API key is.
class KeyDirectory {
 public:
  virtual ~KeyDirectory() = default;

  using Done = absl::AnyInvocable<void(absl::StatusOr<Caller>)>;

  /// Calls `done` once, later, on a thread of its own: with NOT_FOUND when no live
  /// key has this SHA-256, with another error when that cannot be told.
  virtual void Resolve(const std::string& key_sha256, Done done) = 0;
};

/// Knows the endpoints of projects by their names.
class EndpointDirectory {
 public:
  virtual ~EndpointDirectory() = default;

  using Done = absl::AnyInvocable<void(absl::StatusOr<std::string>)>;

  /// Calls `done` once, later, on a thread of its own: with the id of the project's live
  /// endpoint of this name, with NOT_FOUND when it has none, with another error when
  /// that cannot be told.
  virtual void Resolve(const std::string& project_id, const std::string& name, Done done) = 0;
};

/// An rpc on behalf of a client. Messages are serialized protobuf: what is in
/// them is the business of those who know the method.
struct Call {
  std::string_view method;  // "/furnace.v1.JobService/Submit"; outlives the call.
  std::string request;
  CallerPtr caller;
  std::string request_id;
  std::string traceparent;  // May be empty.
  absl::Time deadline = absl::InfiniteFuture();
  /// Whether the call may be made again, once and at once, if it ends with
  /// UNAVAILABLE before anything was answered.
  bool retry = false;
};

/// A call that has been started. Thread-safe.
class OngoingCall {
 public:
  virtual ~OngoingCall() = default;
  /// Gives the call up; it then ends with CANCELLED unless it has ended.
  virtual void Cancel() = 0;
};

/// A call that is answered by many messages.
class OngoingStream : public OngoingCall {
 public:
  /// The next message; nullopt after the last; or why there are no more.
  using OnNext = absl::AnyInvocable<void(absl::StatusOr<std::optional<std::string>>)>;

  /// Asks for the next message: `on_next` is called once, on another thread. Only
  /// one may be asked for at a time, and none after the end. What nobody asks for
  /// stays with the sender.
  virtual void Next(OnNext on_next) = 0;
};

/// The services behind the gateway.
class Backends {
 public:
  virtual ~Backends() = default;

  using OnReply = absl::AnyInvocable<void(absl::StatusOr<std::string>)>;

  /// Starts a unary call; `on_reply` is called once, on another thread.
  virtual std::shared_ptr<OngoingCall> Start(Call call, OnReply on_reply) = 0;

  /// Starts a server-streaming call. Drop or cancel it when done with it.
  virtual std::shared_ptr<OngoingStream> Open(Call call) = 0;
};

}  // namespace furnace::gateway
