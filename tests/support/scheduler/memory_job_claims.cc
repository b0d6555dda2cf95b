// How claims are met.
#include <limits>
#include <tuple>
#include <utility>

#include "services/scheduler/domain/affinity.h"
#include "services/scheduler/domain/attribution.h"
#include "services/scheduler/domain/shard.h"
#include "tests/support/scheduler/memory_job_queue.h"

namespace furnace::scheduler {
namespace {

// Those of budgets of an API key; empty: of all jobs.
std::vector<BudgetRate> RatesOf(std::vector<BudgetRate> rates, std::string_view api_key_id) {
  std::erase_if(rates, [&](const BudgetRate& rate) { return rate.api_key_id != api_key_id; });
  return rates;
}

std::vector<BudgetRate> RatesOfKey(const std::vector<BudgetRate>& rates, const Job& job) {
  const std::string key = ParseAttribution(job.attribution).api_key_id;
  return key.empty() ? std::vector<BudgetRate>() : RatesOf(rates, key);
}

}  // namespace

void MemoryJobQueue::Claim(ClaimRequest request, Done<Claimed> done) {
  if (auto failure = Begin(QueueCall::kClaim)) return done(*failure);
  Claimed claimed;
  {
    MutexLock lock(mutex_);
    last_claim_ = request;
    ExpireLocked(request.endpoint_id);
    claimed.unknown_windows = UnknownWindowsLocked(request);
    int left = request.max_concurrency == 0
                   ? std::numeric_limits<int>::max()
                   : request.max_concurrency - RunningLocked(request.endpoint_id);
    for (const WorkerRoom& room : request.workers) {
      WorkerOnGpu worker = room.worker;
      const int shard = ShardOfEndpoint(request.endpoint_id, shards_);
      // GPU time that is covered is paid for already.
      const bool covered = lives_.contains({request.endpoint_id, worker.worker_id});
      const std::vector<BudgetRate> rates =
          covered ? WithoutGpuTime(request.budgets) : request.budgets;
      for (int i = 0; i < room.jobs && left > 0; ++i, --left) {
        const absl::Time now = clock_.Now();
        const std::vector<BudgetRate> of_all = RatesOf(rates, "");
        if (!budgets_.HaveLeft(shard, of_all, worker, now, now + request.lease)) break;
        Entry* const best = BestLocked(request, room, rates, claimed.again);
        if (best == nullptr) break;
        claimed.jobs.push_back(StartLocked(*best, worker, request.lease));
        const Job& job = best->record.job;
        budgets_.Take(job, shard, of_all, best->deadline);
        budgets_.Take(job, shard, RatesOfKey(rates, job), best->deadline);
        worker.cold_start = absl::ZeroDuration();
      }
    }
  }
  Answer<Claimed>(QueueCall::kClaim, std::move(done), std::move(claimed));
}

bool MemoryJobQueue::IsBefore(const Entry& a, const Entry& b) {
  return std::tie(a.score, a.record.job.id) < std::tie(b.score, b.record.job.id);
}

MemoryJobQueue::Entry* MemoryJobQueue::BestLocked(const ClaimRequest& request,
                                                  const WorkerRoom& room,
                                                  const std::vector<BudgetRate>& rates,
                                                  bool& again) {
  Entry* best = TakeReservedLocked(room.worker.worker_id);
  if (best != nullptr && MayServe(best->record.job, request, room) &&
      CanPayLocked(best->record.job, room.worker, rates, request.lease)) {
    return best;
  }
  best = nullptr;
  std::map<std::string, Entry*> heads;  // By class.
  for (auto& [id, entry] : jobs_) {
    const Job& job = entry.record.job;
    if (job.endpoint_id != request.endpoint_id || job.status != JobStatus::kInQueue) continue;
    if (IsHeldLocked(entry) || IsReservedLocked(id)) continue;
    if (!MayServe(job, request, room)) continue;
    if (!CanPayLocked(job, room.worker, rates, request.lease)) continue;
    Entry*& head = heads.try_emplace(job.affinity, &entry).first->second;
    if (IsBefore(entry, *head)) head = &entry;
  }
  for (const auto& [affinity, head] : heads) {
    const absl::Duration wait =
        WaitBefore(ParseAffinityClass(affinity), room.worker.gpu_type, room.traits, request.warm);
    const bool early = clock_.Now() - runnable_since_[head->record.job.id] < wait;
    again = again || early;
    if (!early && (best == nullptr || IsBefore(*head, *best))) best = head;
  }
  return best;
}

bool MemoryJobQueue::CanPayLocked(const Job& job, const WorkerOnGpu& worker,
                                  const std::vector<BudgetRate>& rates, absl::Duration lease) {
  const absl::Time now = clock_.Now();
  return budgets_.HaveLeft(ShardOfEndpoint(job.endpoint_id, shards_), RatesOfKey(rates, job),
                           worker, now, now + lease);
}

ClaimedJob MemoryJobQueue::StartLocked(Entry& entry, const WorkerOnGpu& worker,
                                       absl::Duration lease) {
  Job& job = entry.record.job;
  const Job before = job;
  job = *Start(job, worker, clock_.Now());
  entry.deadline = clock_.Now() + lease;
  CoverLocked(entry);
  LogLocked(before, job, clock_.Now());
  return {.worker_id = worker.worker_id,
          .lease = {.job_id = job.id, .epoch = job.attempt},
          .timeout = job.timeout,
          .input = job.input,
          .outputs_of = job.refers_to_outputs ? job.project_id : "",
          .model = ParseAffinityClass(job.affinity).model,
          .s3_config = entry.record.s3_config};
}

}  // namespace furnace::scheduler
