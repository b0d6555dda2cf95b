#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "libs/common/redis/client.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Gathers the settlements of one shard while a call is on its way, and sends what
/// has gathered as the next call: under load one script run ends many attempts,
/// and a lone result is not held up. Thread-safe.
class SettleBatcher {
 public:
  /// Attempts in one script run: bounds how long Redis is busy with it.
  static constexpr std::size_t kMaxBatch = 128;

  SettleBatcher(redis::Client& client, const redis::Script& script, std::string prefix)
      : client_(client), script_(script), prefix_(std::move(prefix)) {}

  void Add(Settlement settlement, Done<SettleResult> done) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Item {
    Settlement settlement;
    Done<SettleResult> done;
  };

  void SendNext() ABSL_LOCKS_EXCLUDED(mutex_);
  static void Deliver(std::vector<Item>& batch, const absl::StatusOr<redis::Reply>& reply);

  redis::Client& client_;
  const redis::Script& script_;
  const std::string prefix_;
  Mutex mutex_;
  std::vector<Item> waiting_ ABSL_GUARDED_BY(mutex_);
  bool in_flight_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace furnace::scheduler
