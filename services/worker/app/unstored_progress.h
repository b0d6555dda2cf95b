#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "services/worker/app/messages.h"
#include "services/worker/domain/lease.h"

namespace furnace::worker {

/// Progress that the scheduler may not have stored yet. Not thread-safe.
class UnstoredProgress {
 public:
  /// Numbers of one attempt must rise by one. Returns what is to be sent.
  Progress Add(Progress progress);
  /// What the attempt has said up to this number is stored.
  void Stored(const LeaseId& lease, std::int64_t sequence);
  /// Nobody wants to know what the attempt has said.
  void Drop(const LeaseId& lease);

  /// All of it as it is to be sent, each attempt's in order.
  std::vector<Progress> All() const;
  std::size_t bytes() const { return bytes_; }

  /// What it takes to keep one; an empty one is not free.
  static std::size_t SizeOf(const Progress& progress);

 private:
  struct Attempt {
    std::deque<Progress> unstored;
    std::int64_t stored = 0;  // The highest number that is.
  };

  std::map<LeaseId, Attempt> attempts_;
  std::size_t bytes_ = 0;
};

}  // namespace furnace::worker
