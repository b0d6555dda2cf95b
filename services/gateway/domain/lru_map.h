#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace furnace::gateway {

/// A map of at most so many entries, at least one: the least recently used goes first.
/// Not thread-safe.
template <typename Value>
class LruMap {
 public:
  explicit LruMap(std::size_t capacity) : capacity_(capacity) {}

  /// The value, which counts as used now; null when there is none. Valid until the next
  /// Put or Erase.
  Value* Find(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &order_.front().second;
  }

  /// Takes the place of what is under this key.
  void Put(std::string_view key, Value value) {
    Erase(key);
    if (order_.size() >= capacity_) Erase(order_.back().first);
    order_.emplace_front(std::string(key), std::move(value));
    index_.emplace(order_.front().first, order_.begin());
  }

  void Erase(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    const auto entry = found->second;
    index_.erase(found);  // Its key is the entry's.
    order_.erase(entry);
  }

  std::size_t size() const { return order_.size(); }

 private:
  using Order = std::list<std::pair<std::string, Value>>;

  const std::size_t capacity_;
  Order order_;  // The most recently used first.
  std::unordered_map<std::string_view, typename Order::iterator> index_;
};

}  // namespace furnace::gateway
