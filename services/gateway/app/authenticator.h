#pragma once

#include <memory>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/gateway/app/ports.h"
#include "services/gateway/domain/key_cache.h"
#include "services/gateway/domain/role.h"

namespace furnace::gateway {

/// Tells who a client is by its API key. Thread-safe.
class Authenticator {
 public:
  /// Keys being looked up at a time; more are refused with UNAVAILABLE.
  static constexpr std::size_t kMaxLookups = 1'000;

  using Done = absl::AnyInvocable<void(absl::StatusOr<CallerPtr>)>;

  /// Both references outlive the last lookup, which may outlive this.
  Authenticator(KeyDirectory& directory, const Clock& clock, const KeyCachePolicy& policy);

  /// Calls `done` once: on this thread and before returning when the key is
  /// remembered, else from the directory's thread. Callers with the same key share
  /// one lookup.
  ///
  /// Errors: UNAUTHENTICATED, no key or an unknown one. UNAVAILABLE, it cannot be
  /// told now.
  void Authenticate(std::string_view key, Done done);

 private:
  class State;
  const std::shared_ptr<State> state_;
};

/// OK, or PERMISSION_DENIED naming the role that is needed.
absl::Status Authorize(const Caller& caller, Role needed);

}  // namespace furnace::gateway
