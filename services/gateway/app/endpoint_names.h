#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "services/gateway/app/ports.h"

namespace furnace::gateway {

/// Endpoints by what clients call them, id or name, with a memory, so that a request by
/// name asks nobody else. Thread-safe.
class EndpointNames {
 public:
  using Done = EndpointDirectory::Done;

  /// Names remembered at most; the least recently used goes first.
  static constexpr std::size_t kCapacity = 10'000;
  /// How long a name is believed: one that has gone to another endpoint reaches the old
  /// one no longer than this, and not even that where somebody notices; see Forget.
  static constexpr absl::Duration kKnownFor = absl::Seconds(30);
  /// How old an answer may be used while the registry cannot be asked.
  static constexpr absl::Duration kStaleFor = absl::Minutes(5);
  /// How long it is then used before asking again.
  static constexpr absl::Duration kRetryAfter = absl::Seconds(2);

  /// `directory` and `clock` outlive this.
  EndpointNames(EndpointDirectory& directory, const Clock& clock);

  /// Calls `done` once with the id of what the project calls `endpoint`: at once, if that
  /// is an id (whose endpoint it is, and if it is there, is not looked into) or
  /// remembered; else later, on another thread. NOT_FOUND for a name that the project
  /// does not have; UNAVAILABLE when that cannot be told. Those who want a name at the
  /// same time share one question.
  void Resolve(const std::string& project_id, const std::string& endpoint, Done done);

  /// The endpoint was found to be gone, or to be another one: the name is asked for anew.
  void Forget(const std::string& project_id, const std::string& endpoint);

 private:
  class State;
  const std::shared_ptr<State> state_;
};

}  // namespace furnace::gateway
