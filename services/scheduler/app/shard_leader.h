#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Holds the leadership of as many shards as it can get: of all, for a replica on
/// its own. What leaders do is idempotent, so the moment in which two believe they
/// lead harms nothing. Thread-safe.
class ShardLeader {
 public:
  static constexpr absl::Duration kTerm = absl::Seconds(4);
  static constexpr absl::Duration kRenewEvery = absl::Seconds(1);

  ShardLeader(ShardLog& log, std::string replica, int shards)
      : log_(log), replica_(std::move(replica)), shards_(shards) {}

  /// Takes or keeps each shard's leadership; call it every kRenewEvery.
  void Renew() ABSL_LOCKS_EXCLUDED(mutex_);

  std::vector<int> Led() const ABSL_LOCKS_EXCLUDED(mutex_);
  bool Leads(int shard) const ABSL_LOCKS_EXCLUDED(mutex_);
  /// How many shards there are.
  int shards() const { return shards_; }

 private:
  ShardLog& log_;
  const std::string replica_;
  const int shards_;
  mutable Mutex mutex_;
  std::set<int> led_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::scheduler
