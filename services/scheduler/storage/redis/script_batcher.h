#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
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

  /// Sends what has gathered at once: what is sent after this call runs after it.
  void Flush() ABSL_LOCKS_EXCLUDED(sending_, mutex_) {
    while (SendNext()) {
    }
  }

 private:
  struct Call {
    Item item;
    Done<Result> done;
  };
  using Reply = absl::StatusOr<redis::Reply>;

  // A run on its way. Its answer may come before it has quite been sent: at once, when the
  // client refuses it.
  struct Run {
    std::vector<Call> calls;
    Mutex mutex;
    bool sent ABSL_GUARDED_BY(mutex) = false;
    std::optional<Reply> early ABSL_GUARDED_BY(mutex);
  };

  // Sends a run, unless nothing waits. Runs go one at a time, or they would overtake each other.
  bool SendNext() ABSL_LOCKS_EXCLUDED(sending_, mutex_) {
    auto run = std::make_shared<Run>();
    std::optional<Reply> early;
    {
      MutexLock sending(sending_);
      run->calls = TakeWaiting();
      if (run->calls.empty()) return false;
      redis::Client::Words args;
      for (Call& call : run->calls) encode_(call.item, args);
      client_.Run(script_, {prefix_}, args, [this, run](Reply reply) {
        {
          MutexLock lock(run->mutex);
          if (!run->sent) {
            run->early = std::move(reply);
            return;
          }
        }
        OnAnswer(run->calls, reply);
      });
      MutexLock lock(run->mutex);
      run->sent = true;
      early = std::move(run->early);
    }
    if (early) OnAnswer(run->calls, *early);
    return true;
  }

  std::vector<Call> TakeWaiting() ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<Call> calls;
    MutexLock lock(mutex_);
    std::size_t weight = 0;
    while (!waiting_.empty() && weight < max_weight_) {
      weight += weigh_(waiting_.front().item);
      calls.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    if (!calls.empty()) ++in_flight_;
    return calls;
  }

  void OnAnswer(std::vector<Call>& calls, const Reply& reply) {
    // The next run first: Redis works on it while these are told.
    if (IsLast()) SendNext();
    for (std::size_t i = 0; i < calls.size(); ++i) {
      calls[i].done(reply.ok() ? decode_(**reply, i) : reply.status());
    }
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
  Mutex sending_;  // Before mutex_.
  Mutex mutex_;
  std::deque<Call> waiting_ ABSL_GUARDED_BY(mutex_);
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;  // Runs.
};

}  // namespace furnace::scheduler
