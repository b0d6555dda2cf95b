// What the gateway remembers of API keys, and for how long it believes it.
#pragma once

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "services/gateway/domain/caller.h"
#include "services/gateway/domain/lru_map.h"

namespace furnace::gateway {

struct KeyCachePolicy {
  /// Keys remembered at most, known and unknown ones each; the least recently
  /// used goes first. Apart, so that guessing keys cannot push real ones out.
  std::size_t capacity = 10'000;
  /// How long a key is believed: a revoked one works no longer than this.
  absl::Duration known_for = absl::Seconds(30);
  /// How long a key that nobody has is refused without asking again.
  absl::Duration unknown_for = absl::Seconds(5);
  /// How old an answer may be used while the registry cannot be asked.
  absl::Duration stale_for = absl::Minutes(5);
  /// How long it is then used before asking again.
  absl::Duration retry_after = absl::Seconds(1);
};

/// Answers to "whose key is this", by the key's digest. Not thread-safe.
class KeyCache {
 public:
  explicit KeyCache(const KeyCachePolicy& policy)
      : policy_(policy), known_(policy.capacity), unknown_(policy.capacity) {}

  enum class Verdict {
    kKnown,    // `caller` holds; no need to ask.
    kUnknown,  // Nobody has this key; no need to ask.
    kAsk,      // The registry must be asked.
  };
  struct Answer {
    Verdict verdict = Verdict::kAsk;
    CallerPtr caller;  // Set when known.
  };

  Answer Find(const std::string& digest, absl::Time now);

  void PutKnown(const std::string& digest, CallerPtr caller, absl::Time now);
  void PutUnknown(const std::string& digest, absl::Time now);

  /// The registry could not be asked: the caller as last known, if that is no
  /// older than stale_for, else null. Find then answers so for retry_after.
  CallerPtr PutUnreachable(const std::string& digest, absl::Time now);

  /// Keys remembered, known and unknown.
  std::size_t size() const { return known_.size() + unknown_.size(); }

 private:
  struct Known {
    CallerPtr caller;
    absl::Time learned;
    absl::Time believed_until;
  };

  const KeyCachePolicy policy_;
  LruMap<Known> known_;
  LruMap<absl::Time> unknown_;  // Until when that is believed.
};

}  // namespace furnace::gateway
