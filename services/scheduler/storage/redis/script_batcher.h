#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "libs/common/redis/client.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Gathers calls of one script on one shard while a run of it is on its way, and
/// sends what has gathered as the next run: under load one run serves many calls,
/// and a lone call is not held up. Thread-safe.
template <typename Item, typename Result>
class ScriptBatcher {
 public:
  /// Appends an item's arguments; may move out of it.
  using Encode = std::function<void(Item& item, redis::Client::Words& args)>;
  /// The result of the item at `index` of a run.
  using Decode = std::function<absl::StatusOr<Result>(const redisReply& reply, std::size_t index)>;

  /// How much of a run an item is.
  using Weigh = std::function<std::size_t(const Item& item)>;

  /// `max_weight`: of all items in one run, which bounds how long Redis is busy with
  /// it; a single item may weigh more.
  ScriptBatcher(redis::Client& client, const redis::Script& script, std::string prefix,
                std::size_t max_weight, Weigh weigh, Encode encode, Decode decode)
      : client_(client),
        script_(script),
        prefix_(std::move(prefix)),
        max_weight_(max_weight),
        weigh_(std::move(weigh)),
        encode_(std::move(encode)),
        decode_(std::move(decode)) {}

  void Add(Item item, Done<Result> done) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(mutex_);
      waiting_.push_back({std::move(item), std::move(done)});
      if (in_flight_ > 0) return;
    }
    SendNext();
  }

  /// Sends what has gathered at once, so that what is sent after this call runs after it.
  void Flush() ABSL_LOCKS_EXCLUDED(mutex_) {
    while (SendNext()) {
    }
  }

 private:
  struct Call {
    Item item;
    Done<Result> done;
  };

  // Sends a run, unless nothing waits.
  bool SendNext() ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<Call> batch;
    {
      MutexLock lock(mutex_);
      if (waiting_.empty()) return false;
      ++in_flight_;
      std::size_t weight = 0;
      while (!waiting_.empty() && weight < max_weight_) {
        weight += weigh_(waiting_.front().item);
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
      }
    }
    redis::Client::Words args;
    for (Call& call : batch) encode_(call.item, args);
    client_.Run(script_, {prefix_}, args,
                [this, batch = std::move(batch)](absl::StatusOr<redis::Reply> reply) mutable {
                  // The next run first: Redis works on it while these are told.
                  if (IsLast()) SendNext();
                  for (std::size_t i = 0; i < batch.size(); ++i) {
                    batch[i].done(reply.ok() ? decode_(**reply, i) : reply.status());
                  }
                });
    return true;
  }

  // A run has been answered: whether no other one is on its way.
  bool IsLast() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return --in_flight_ == 0;
  }

  redis::Client& client_;
  const redis::Script& script_;
  const std::string prefix_;
  const std::size_t max_weight_;
  const Weigh weigh_;
  const Encode encode_;
  const Decode decode_;
  Mutex mutex_;
  std::deque<Call> waiting_ ABSL_GUARDED_BY(mutex_);
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;  // Runs.
};

}  // namespace furnace::scheduler
