#include "services/scheduler/app/dispatcher.h"

#include <algorithm>
#include <utility>

#include "services/scheduler/app/submitter.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {

// --- Jobs to workers ---

void Dispatcher::Wake(const std::string& endpoint_id) {
  std::vector<WorkerRoom> rooms;
  {
    MutexLock lock(mutex_);
    const auto found = endpoints_.find(endpoint_id);
    if (found == endpoints_.end()) return;
    if (found->second.claiming) {
      found->second.wanted_again = true;
      return;
    }
    rooms = RoomsLocked(found->second);
    if (rooms.empty()) return;
    found->second.claiming = true;
  }
  queue_.Claim(endpoint_id, rooms, lease_,
               [this, endpoint_id](absl::StatusOr<std::vector<ClaimedJob>> claimed) {
                 OnClaimed(endpoint_id, std::move(claimed));
               });
}

void Dispatcher::WakeAll() {
  std::vector<std::string> ids;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, endpoint] : endpoints_) ids.push_back(id);
  }
  for (const std::string& id : ids) Wake(id);
}

std::vector<WorkerRoom> Dispatcher::RoomsLocked(const EndpointWorkers& endpoint) const {
  std::vector<WorkerRoom> rooms;
  int left = kMaxClaim;
  for (const std::string& id : endpoint.worker_ids) {
    const Session& session = sessions_.at(id);
    const int jobs = session.draining ? 0 : std::min(session.credits, left);
    if (jobs <= 0) continue;
    WorkerOnGpu worker = session.hello.worker;
    if (session.had_job) worker.cold_start = absl::ZeroDuration();
    rooms.push_back({.worker = std::move(worker), .jobs = jobs});
    left -= jobs;
  }
  return rooms;
}

void Dispatcher::OnClaimed(const std::string& endpoint_id,
                           absl::StatusOr<std::vector<ClaimedJob>> claimed) {
  std::map<std::string, Delivery> deliveries;
  std::vector<LeaseId> orphans;
  bool more = false;
  {
    MutexLock lock(mutex_);
    EndpointWorkers& endpoint = endpoints_[endpoint_id];
    endpoint.claiming = false;
    more = std::exchange(endpoint.wanted_again, false);
    if (endpoint.worker_ids.empty()) endpoints_.erase(endpoint_id);
    // After an error the next tick tries again.
    if (!claimed.ok()) return;
    more = more || !claimed->empty();
    for (ClaimedJob& job : *claimed) {
      const auto found = sessions_.find(job.worker_id);
      if (found == sessions_.end()) {
        orphans.push_back(job.lease);
        continue;
      }
      Session& session = found->second;
      --session.credits;
      session.had_job = true;
      session.leases.insert(job.lease);
      session.idle_since = absl::InfiniteFuture();
      Delivery& delivery = deliveries[job.worker_id];
      delivery.link = session.link;
      delivery.jobs.push_back(std::move(job));
    }
  }
  for (auto& [worker_id, delivery] : deliveries) Deliver(std::move(delivery));
  for (const LeaseId& lease : orphans) {
    GiveBack(lease, FailureCause::kPlatform, "the worker left before it got the job");
  }
  if (more) Wake(endpoint_id);
}

void Dispatcher::Deliver(Delivery delivery) {
  const auto stored = std::stable_partition(delivery.jobs.begin(), delivery.jobs.end(),
                                            [](const ClaimedJob& job) { return job.input; });
  Delivery away{.link = delivery.link,
                .jobs = {std::make_move_iterator(stored),
                         std::make_move_iterator(delivery.jobs.end())}};
  delivery.jobs.erase(stored, delivery.jobs.end());
  if (!delivery.jobs.empty()) Assign(std::move(delivery));
  if (!away.jobs.empty()) DeliverStored(std::move(away));
}

void Dispatcher::DeliverStored(Delivery delivery) {
  auto shared = std::make_shared<Delivery>(std::move(delivery));
  const bool accepted = blocking_.TrySubmit([this, shared] {
    Delivery loaded{.link = shared->link, .jobs = {}};
    for (ClaimedJob& job : shared->jobs) {
      absl::StatusOr<std::string> input = payloads_.LoadInput(job.lease.job_id);
      if (input.ok()) {
        job.input = *std::move(input);
        loaded.jobs.push_back(std::move(job));
      } else {
        TakeBack(job, shared->link.get(), input.status());
      }
    }
    if (!loaded.jobs.empty()) Assign(std::move(loaded));
  });
  if (accepted) return;
  for (const ClaimedJob& job : shared->jobs) {
    TakeBack(job, shared->link.get(), absl::ResourceExhaustedError("too many inputs wait"));
  }
}

// The job did not get to the worker, which has its credit back. An input that is gone
// stays gone; for any other reason the lease is left to lapse, so that a job waits for
// a store that is down instead of spending its attempts on it.
void Dispatcher::TakeBack(const ClaimedJob& job, const WorkerLink* link, const absl::Status& why) {
  {
    MutexLock lock(mutex_);
    const auto found = sessions_.find(job.worker_id);
    if (found != sessions_.end() && found->second.link.get() == link) {
      if (!found->second.draining) ++found->second.credits;
      DropLeaseLocked(found->second, job.lease);
    }
  }
  if (absl::IsNotFound(why)) {
    GiveBack(job.lease, FailureCause::kPlatform, "its input could not be read");
  }
}

void Dispatcher::Assign(Delivery delivery) {
  const std::string worker_id = delivery.jobs.front().worker_id;
  std::vector<WorkerLink::Assignment> assignments;
  std::vector<LeaseId> leases;
  for (ClaimedJob& job : delivery.jobs) {
    leases.push_back(job.lease);
    assignments.push_back(
        {.lease = job.lease, .input = *std::move(job.input), .timeout = job.timeout});
  }
  if (delivery.link->Assign(std::move(assignments))) return;
  Leave(worker_id, delivery.link.get());  // Or the next claim would go the same way.
  for (const LeaseId& lease : leases) {
    GiveBack(lease, FailureCause::kPlatform, "the worker left before it got the job");
  }
}

// --- Results to the queue ---

void Dispatcher::GiveBack(const LeaseId& lease, FailureCause cause, std::string error) {
  Settle({.lease = lease, .outcome = {.cause = cause, .error = std::move(error)}}, nullptr);
}

void Dispatcher::Settle(Settlement settlement, std::shared_ptr<WorkerLink> link) {
  const LeaseId lease = settlement.lease;
  queue_.Settle(std::move(settlement),
                [lease, link = std::move(link)](absl::StatusOr<SettleResult> result) {
                  if (link == nullptr) return;
                  if (!result.ok()) {
                    // The worker keeps the result and brings it again on its next session.
                    link->Close();
                  } else if (*result == SettleResult::kNotHeld) {
                    link->LeaseLost({lease});
                  } else {
                    link->Settled({lease});
                  }
                });
}

void Dispatcher::StoreAndSettle(Settlement settlement, std::shared_ptr<WorkerLink> link) {
  auto shared = std::make_shared<Settlement>(std::move(settlement));
  const bool accepted = blocking_.TrySubmit([this, shared, link] {
    Outcome& outcome = shared->outcome;
    if (!payloads_.SaveOutput(shared->lease, *outcome.output).ok()) return link->Close();
    outcome.output.reset();
    outcome.output_stored = true;
    Settle(std::move(*shared), link);
  });
  if (!accepted) link->Close();
}

void Dispatcher::Result(const std::string& worker_id, Settlement settlement, int credits) {
  std::shared_ptr<WorkerLink> link;
  std::string endpoint_id;
  {
    MutexLock lock(mutex_);
    const auto found = sessions_.find(worker_id);
    if (found == sessions_.end()) return;
    Session& session = found->second;
    session.credits += credits;
    DropLeaseLocked(session, settlement.lease);
    link = session.link;
    endpoint_id = session.hello.endpoint_id;
  }
  const auto& output = settlement.outcome.output;
  if (output && output->size() > kInlineBytes) {
    StoreAndSettle(std::move(settlement), std::move(link));
  } else {
    Settle(std::move(settlement), std::move(link));
  }
  if (credits > 0) Wake(endpoint_id);
}

void Dispatcher::Progress(const std::string& worker_id, ProgressReport report) {
  const LeaseId lease = report.lease;
  queue_.Report(std::move(report), [this, worker_id, lease](absl::StatusOr<bool> held) {
    if (held.ok() && !*held) LeaseLapsed(worker_id, lease);
  });
}

void Dispatcher::Release(const std::string& worker_id, const std::vector<LeaseId>& leases) {
  for (const LeaseId& lease : leases) {
    Forget(worker_id, lease);
    GiveBack(lease, FailureCause::kPlatform, "the worker gave the job back");
  }
}

// --- Sessions ---

void Dispatcher::Join(WorkerHello hello, std::shared_ptr<WorkerLink> link) {
  const std::string worker_id = hello.worker.worker_id;
  const std::string endpoint_id = hello.endpoint_id;
  const std::vector<LeaseId> held = hello.leases;
  std::set<LeaseId> missing;  // Assigned to it, and never arrived.
  std::shared_ptr<WorkerLink> replaced;
  {
    MutexLock lock(mutex_);
    Session& session = sessions_[worker_id];
    replaced = std::exchange(session.link, std::move(link));
    if (replaced != nullptr) {
      missing = std::move(session.leases);
      DetachLocked(worker_id, session.hello.endpoint_id);
    } else if (const auto away = away_.find(worker_id); away != away_.end()) {
      missing = std::move(away->second.leases);
      away_.erase(away);
    }
    const absl::Time now = clock_.Now();
    session.credits = hello.credits;
    session.draining = false;
    session.leases = {held.begin(), held.end()};
    session.had_job = session.had_job || !held.empty();
    session.connected_at = now;
    session.idle_since = held.empty() ? now : absl::InfiniteFuture();
    session.hello = std::move(hello);
    endpoints_[endpoint_id].worker_ids.insert(worker_id);
  }
  if (replaced != nullptr) replaced->Close();
  if (!held.empty()) Renew(held, worker_id);
  for (const LeaseId& lease : held) missing.erase(lease);
  for (const LeaseId& lease : missing) {
    GiveBack(lease, FailureCause::kPlatform, "the job did not reach the worker");
  }
  Wake(endpoint_id);
}

void Dispatcher::AddCredits(const std::string& worker_id, int count) {
  std::string endpoint_id;
  {
    MutexLock lock(mutex_);
    const auto found = sessions_.find(worker_id);
    if (found == sessions_.end()) return;
    found->second.credits += count;
    endpoint_id = found->second.hello.endpoint_id;
  }
  Wake(endpoint_id);
}

void Dispatcher::Heartbeat(const std::string& worker_id, std::vector<LeaseId> leases) {
  if (!leases.empty()) Renew(std::move(leases), worker_id);
}

void Dispatcher::Renew(std::vector<LeaseId> leases, const std::string& worker_id) {
  std::map<int, std::vector<LeaseId>> by_shard;
  for (LeaseId& lease : leases) by_shard[ShardOfJob(lease.job_id)].push_back(std::move(lease));
  for (auto& [shard, in_shard] : by_shard) {
    queue_.Renew(shard, std::move(in_shard), lease_,
                 [this, worker_id](absl::StatusOr<std::vector<LeaseId>> lost) {
                   if (!lost.ok()) return;
                   for (const LeaseId& lease : *lost) LeaseLapsed(worker_id, lease);
                 });
  }
}

void Dispatcher::SetDraining(const std::string& worker_id) {
  MutexLock lock(mutex_);
  const auto found = sessions_.find(worker_id);
  if (found == sessions_.end()) return;
  found->second.draining = true;
  found->second.credits = 0;
}

void Dispatcher::Leave(const std::string& worker_id, const WorkerLink* link) {
  MutexLock lock(mutex_);
  const auto found = sessions_.find(worker_id);
  if (found == sessions_.end() || found->second.link.get() != link) return;
  RememberLocked(worker_id, std::move(found->second.leases));
  DetachLocked(worker_id, found->second.hello.endpoint_id);
  sessions_.erase(found);
}

void Dispatcher::RememberLocked(const std::string& worker_id, std::set<LeaseId> leases) {
  const absl::Time now = clock_.Now();
  std::erase_if(away_, [now](const auto& entry) { return entry.second.until < now; });
  if (!leases.empty()) away_[worker_id] = {.leases = std::move(leases), .until = now + lease_};
}

void Dispatcher::DetachLocked(const std::string& worker_id, const std::string& endpoint_id) {
  const auto endpoint = endpoints_.find(endpoint_id);
  if (endpoint == endpoints_.end()) return;
  endpoint->second.worker_ids.erase(worker_id);
  if (endpoint->second.worker_ids.empty() && !endpoint->second.claiming) {
    endpoints_.erase(endpoint);
  }
}

void Dispatcher::DropLeaseLocked(Session& session, const LeaseId& lease) {
  if (session.leases.erase(lease) > 0 && session.leases.empty()) {
    session.idle_since = clock_.Now();
  }
}

std::shared_ptr<WorkerLink> Dispatcher::Forget(const std::string& worker_id,
                                               const LeaseId& lease) {
  MutexLock lock(mutex_);
  if (const auto away = away_.find(worker_id); away != away_.end()) {
    away->second.leases.erase(lease);
    if (away->second.leases.empty()) away_.erase(away);
  }
  const auto found = sessions_.find(worker_id);
  if (found == sessions_.end()) return nullptr;
  DropLeaseLocked(found->second, lease);
  return found->second.link;
}

void Dispatcher::CancelOn(const std::string& worker_id, const LeaseId& lease) {
  const auto link = Forget(worker_id, lease);
  if (link != nullptr) link->CancelJob(lease);
}

void Dispatcher::LeaseLapsed(const std::string& worker_id, const LeaseId& lease) {
  const auto link = Forget(worker_id, lease);
  if (link != nullptr) link->LeaseLost({lease});
}

void Dispatcher::Drain(const std::string& worker_id) {
  std::shared_ptr<WorkerLink> link;
  {
    MutexLock lock(mutex_);
    const auto found = sessions_.find(worker_id);
    if (found == sessions_.end() || found->second.draining) return;
    found->second.draining = true;
    link = found->second.link;
  }
  link->Drain();
}

void Dispatcher::WorkerEnded(const std::string& worker_id) {
  std::set<LeaseId> lost;
  {
    MutexLock lock(mutex_);
    if (const auto away = away_.find(worker_id); away != away_.end()) {
      lost = std::move(away->second.leases);
      away_.erase(away);
    }
    if (const auto found = sessions_.find(worker_id); found != sessions_.end()) {
      lost.merge(found->second.leases);
      // Its stream may take a while to end, and must get no more jobs.
      found->second.draining = true;
      found->second.credits = 0;
    }
  }
  for (const LeaseId& lease : lost) {
    GiveBack(lease, FailureCause::kWorkerLost, "worker " + worker_id + " was lost");
  }
}

std::vector<ConnectedWorker> Dispatcher::Workers() const {
  std::vector<ConnectedWorker> workers;
  MutexLock lock(mutex_);
  for (const auto& [id, session] : sessions_) {
    workers.push_back({.hello = session.hello,
                       .jobs = static_cast<int>(session.leases.size()),
                       .draining = session.draining,
                       .connected_at = session.connected_at,
                       .idle_since = session.idle_since});
  }
  return workers;
}

bool Dispatcher::HasWorkers(const std::string& endpoint_id) const {
  MutexLock lock(mutex_);
  const auto found = endpoints_.find(endpoint_id);
  return found != endpoints_.end() && !found->second.worker_ids.empty();
}

}  // namespace furnace::scheduler
