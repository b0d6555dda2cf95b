#include "services/scheduler/storage/redis/settle_batcher.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "services/scheduler/storage/redis/reply.h"

namespace furnace::scheduler {
namespace {

void AppendArguments(const Settlement& settlement, redis::Client::Words& args) {
  args.push_back(settlement.lease.job_id);
  args.push_back(std::to_string(settlement.lease.epoch));
  args.push_back(std::to_string(static_cast<int>(settlement.outcome.cause)));
  args.push_back(settlement.outcome.output.value_or("null"));
  args.emplace_back(settlement.outcome.output_stored ? "1" : "");
  args.push_back(settlement.outcome.error);
}

SettleResult ResultFrom(std::int64_t number) {
  if (number == 0) return SettleResult::kNotHeld;
  if (number == -1) return SettleResult::kRepeated;
  return number == static_cast<int>(JobStatus::kInQueue) ? SettleResult::kQueuedAgain
                                                         : SettleResult::kFinal;
}

}  // namespace

void SettleBatcher::Add(Settlement settlement, Done<SettleResult> done) {
  {
    MutexLock lock(mutex_);
    waiting_.push_back({std::move(settlement), std::move(done)});
    if (in_flight_) return;
    in_flight_ = true;
  }
  SendNext();
}

// Called by whoever set in_flight_, or by the reply that leaves it set.
void SettleBatcher::SendNext() {
  std::vector<Item> batch;
  {
    MutexLock lock(mutex_);
    if (waiting_.empty()) {
      in_flight_ = false;
      return;
    }
    const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMaxBatch));
    batch.assign(std::make_move_iterator(waiting_.begin()),
                 std::make_move_iterator(waiting_.begin() + count));
    waiting_.erase(waiting_.begin(), waiting_.begin() + count);
  }
  redis::Client::Words args;
  args.reserve(batch.size() * 6);
  for (const Item& item : batch) AppendArguments(item.settlement, args);
  client_.Run(script_, {prefix_}, args,
              [this, batch = std::move(batch)](absl::StatusOr<redis::Reply> reply) mutable {
                Deliver(batch, reply);
                SendNext();
              });
}

void SettleBatcher::Deliver(std::vector<Item>& batch, const absl::StatusOr<redis::Reply>& reply) {
  if (!reply.ok()) {
    for (Item& item : batch) item.done(reply.status());
    return;
  }
  const auto results = Elements(**reply);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (i < results.size()) {
      batch[i].done(ResultFrom(Int(*results[i])));
    } else {
      batch[i].done(absl::InternalError("settle_attempts.lua answered too little"));
    }
  }
}

}  // namespace furnace::scheduler
