#include "services/gateway/domain/key_cache.h"

#include <algorithm>
#include <utility>

namespace furnace::gateway {

KeyCache::Answer KeyCache::Find(const std::string& digest, absl::Time now) {
  if (const Known* known = known_.Find(digest); known != nullptr) {
    if (now < known->believed_until) return {Verdict::kKnown, known->caller};
    return {};
  }
  const absl::Time* believed_until = unknown_.Find(digest);
  if (believed_until != nullptr && now < *believed_until) return {Verdict::kUnknown, nullptr};
  return {};
}

void KeyCache::PutKnown(const std::string& digest, CallerPtr caller, absl::Time now) {
  unknown_.Erase(digest);
  known_.Put(digest, {std::move(caller), now, now + policy_.known_for});
}

void KeyCache::PutUnknown(const std::string& digest, absl::Time now) {
  known_.Erase(digest);
  unknown_.Put(digest, now + policy_.unknown_for);
}

CallerPtr KeyCache::PutUnreachable(const std::string& digest, absl::Time now) {
  Known* known = known_.Find(digest);
  if (known == nullptr) return nullptr;
  const absl::Time too_old = known->learned + policy_.stale_for;
  if (now >= too_old) return nullptr;
  known->believed_until =
      std::max(known->believed_until, std::min(now + policy_.retry_after, too_old));
  return known->caller;
}

}  // namespace furnace::gateway
