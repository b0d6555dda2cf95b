#include "services/gateway/domain/key_cache.h"

#include <algorithm>
#include <utility>

namespace furnace::gateway {

KeyCache::Entry* KeyCache::Touch(Lru& lru, const std::string& digest) {
  const auto found = lru.index.find(digest);
  if (found == lru.index.end()) return nullptr;
  lru.order.splice(lru.order.begin(), lru.order, found->second);
  return &lru.order.front();
}

void KeyCache::Erase(Lru& lru, const std::string& digest) {
  const auto found = lru.index.find(digest);
  if (found == lru.index.end()) return;
  lru.order.erase(found->second);
  lru.index.erase(found);
}

void KeyCache::Put(Lru& lru, Entry entry) {
  Erase(lru, entry.digest);
  if (lru.order.size() >= policy_.capacity) Erase(lru, std::string(lru.order.back().digest));
  lru.order.push_front(std::move(entry));
  lru.index.emplace(lru.order.front().digest, lru.order.begin());
}

KeyCache::Answer KeyCache::Find(const std::string& digest, absl::Time now) {
  if (const Entry* entry = Touch(known_, digest); entry != nullptr) {
    if (now < entry->believed_until) return {Verdict::kKnown, entry->caller};
    return {};
  }
  const Entry* entry = Touch(unknown_, digest);
  if (entry != nullptr && now < entry->believed_until) return {Verdict::kUnknown, nullptr};
  return {};
}

void KeyCache::PutKnown(const std::string& digest, CallerPtr caller, absl::Time now) {
  Erase(unknown_, digest);
  Put(known_, {digest, std::move(caller), now, now + policy_.known_for});
}

void KeyCache::PutUnknown(const std::string& digest, absl::Time now) {
  Erase(known_, digest);
  Put(unknown_, {digest, nullptr, now, now + policy_.unknown_for});
}

CallerPtr KeyCache::PutUnreachable(const std::string& digest, absl::Time now) {
  Entry* entry = Touch(known_, digest);
  if (entry == nullptr) return nullptr;
  const absl::Time too_old = entry->learned + policy_.stale_for;
  if (now >= too_old) return nullptr;
  entry->believed_until =
      std::max(entry->believed_until, std::min(now + policy_.retry_after, too_old));
  return entry->caller;
}

}  // namespace furnace::gateway
