// Dispatcher's book of who is connected and which leases they hold.
#include <algorithm>
#include <utility>

#include "services/scheduler/app/dispatcher.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

// A note is kept for so long, and no more of them.
constexpr absl::Duration kNoteLife = absl::Hours(1);
constexpr std::size_t kMaxNotes = 10'000;

}  // namespace

void Dispatcher::Join(WorkerHello hello, std::shared_ptr<WorkerLink> link) {
  const std::string worker_id = hello.worker.worker_id;
  const std::string endpoint_id = hello.endpoint_id;
  const std::vector<LeaseId> held = hello.leases;
  // Before it is given a job: one that is always-on is so from now on.
  lifetimes_.Forget(worker_id);
  lifetimes_.Hear(endpoint_id, {{.worker = hello.worker,
                                 .state = held.empty() ? WorkerPresence::State::kIdle
                                                       : WorkerPresence::State::kBusy}});
  std::set<LeaseId> missing;  // Assigned to it, and never arrived.
  // One that was just started may have had them, and died of them.
  const bool just_started = hello.worker.cold_start > absl::ZeroDuration();
  std::shared_ptr<WorkerLink> over;  // Of the session before, or of this one if it is late:
  bool late = false;                 // a later one was here first.
  {
    MutexLock lock(mutex_);
    Session& session = sessions_[worker_id];
    late = session.hello.session > hello.session;
    over = late ? std::move(link) : std::exchange(session.link, std::move(link));
    if (!late) missing = SeatLocked(std::move(hello), over != nullptr, session);
  }
  if (over != nullptr) over->Close();
  if (late) return;
  std::vector<Renewal> renewals;
  for (const LeaseId& lease : held) renewals.push_back({.lease = lease});
  Heartbeat(worker_id, std::move(renewals));
  for (const LeaseId& lease : held) missing.erase(lease);
  for (const LeaseId& lease : missing) {
    GiveBack(lease, {.cause = FailureCause::kPlatform,
                     .output = {},
                     .error = "the job did not reach the worker",
                     .never_began = !just_started});
  }
  Wake(endpoint_id);
}

std::set<LeaseId> Dispatcher::SeatLocked(WorkerHello hello, bool replaces, Session& session) {
  const std::string& worker_id = hello.worker.worker_id;
  std::set<LeaseId> before;
  if (replaces) {
    before = std::move(session.leases);
    DetachLocked(worker_id, session.hello.endpoint_id);
  } else if (const auto away = away_.find(worker_id); away != away_.end()) {
    before = std::move(away->second.leases);
    away_.erase(away);
  }
  const absl::Time now = clock_.Now();
  session.credits = hello.credits;
  session.draining = false;
  session.ended = false;
  session.leases = {hello.leases.begin(), hello.leases.end()};
  std::erase_if(session.starts,
                [&session](const auto& start) { return !session.leases.contains(start.first); });
  session.had_job = session.had_job || !hello.leases.empty();
  session.connected_at = now;
  session.idle_since = hello.leases.empty() ? now : absl::InfiniteFuture();
  endpoints_[hello.endpoint_id].worker_ids.insert(worker_id);
  session.hello = std::move(hello);
  return before;
}

void Dispatcher::AddCredits(const std::string& worker_id, int count) {
  std::string endpoint_id;
  {
    MutexLock lock(mutex_);
    const auto found = sessions_.find(worker_id);
    if (found == sessions_.end()) return;
    found->second.credits = std::max(0, found->second.credits + count);
    endpoint_id = found->second.hello.endpoint_id;
  }
  if (count > 0) Wake(endpoint_id);
}

void Dispatcher::SetGpuReadings(const std::string& worker_id, std::vector<GpuReading> gpus) {
  MutexLock lock(mutex_);
  const auto found = sessions_.find(worker_id);
  if (found == sessions_.end()) return;
  found->second.gpu_readings = {.gpus = std::move(gpus), .at = clock_.Now()};
}

void Dispatcher::Heartbeat(const std::string& worker_id, std::vector<Renewal> renewals) {
  std::map<int, std::vector<Renewal>> by_shard;
  for (Renewal& renewal : renewals) {
    by_shard[ShardOfJob(renewal.lease.job_id)].push_back(std::move(renewal));
  }
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

void Dispatcher::Note(const std::string& worker_id, std::string text) {
  const absl::Time now = clock_.Now();
  MutexLock lock(mutex_);
  if (!notes_.contains(worker_id)) {
    std::erase_if(notes_, [now](const auto& note) { return note.second.at + kNoteLife < now; });
    if (notes_.size() >= kMaxNotes) return;
  }
  notes_[worker_id] = {.text = std::move(text), .at = now};
}

std::optional<WorkerNote> Dispatcher::NoteOf(const std::string& worker_id) const {
  MutexLock lock(mutex_);
  const auto found = notes_.find(worker_id);
  if (found == notes_.end()) return std::nullopt;
  return found->second;
}

void Dispatcher::Leave(const std::string& worker_id, const WorkerLink* link) {
  WorkerHello gone;
  {
    MutexLock lock(mutex_);
    const auto found = sessions_.find(worker_id);
    if (found == sessions_.end() || found->second.link.get() != link) return;
    // One that has finished as it was asked to does not come back.
    const bool finished = found->second.draining && found->second.leases.empty();
    if (finished) gone = found->second.hello;
    RememberLocked(worker_id, std::move(found->second.leases));
    DetachLocked(worker_id, found->second.hello.endpoint_id);
    sessions_.erase(found);
  }
  lifetimes_.Forget(worker_id);
  if (gone.endpoint_id.empty()) return;
  lifetimes_.Hear(gone.endpoint_id,
                  {{.worker = gone.worker, .state = WorkerPresence::State::kEnded}});
}

WorkerPresence::State Dispatcher::PresenceOf(const Session& session) {
  if (session.ended) return WorkerPresence::State::kEnded;
  const bool idle = session.leases.empty() && !session.draining;
  return idle ? WorkerPresence::State::kIdle : WorkerPresence::State::kBusy;
}

void Dispatcher::KeepLifetimes() {
  std::map<std::string, std::vector<WorkerPresence>> by_endpoint;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, session] : sessions_) {
      by_endpoint[session.hello.endpoint_id].push_back(
          {.worker = session.hello.worker, .state = PresenceOf(session)});
    }
  }
  for (auto& [endpoint_id, workers] : by_endpoint) lifetimes_.Hear(endpoint_id, std::move(workers));
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
  session.starts.erase(lease);
  if (session.leases.erase(lease) > 0 && session.leases.empty()) {
    session.idle_since = clock_.Now();
  }
}

std::shared_ptr<WorkerLink> Dispatcher::LinkOf(const std::string& worker_id) const {
  MutexLock lock(mutex_);
  const auto found = sessions_.find(worker_id);
  return found == sessions_.end() ? nullptr : found->second.link;
}

std::shared_ptr<WorkerLink> Dispatcher::Forget(const std::string& worker_id, const LeaseId& lease) {
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

void Dispatcher::WorkerEnded(const std::string& worker_id, const std::string& endpoint_id) {
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
      found->second.ended = true;
      found->second.credits = 0;
    }
  }
  for (const LeaseId& lease : lost) {
    GiveBack(lease, {.cause = FailureCause::kWorkerLost,
                     .output = {},
                     .error = "worker " + worker_id + " was lost"});
  }
  lifetimes_.Hear(endpoint_id,
                  {{.worker = {.worker_id = worker_id, .gpu_type = {}, .cold_start = {}},
                    .state = WorkerPresence::State::kEnded}});
}

void Dispatcher::CloseAll() {
  std::vector<std::shared_ptr<WorkerLink>> links;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, session] : sessions_) links.push_back(session.link);
  }
  for (const auto& link : links) link->Close();
}

std::vector<ConnectedWorker> Dispatcher::Workers() const {
  std::vector<ConnectedWorker> workers;
  MutexLock lock(mutex_);
  for (const auto& [id, session] : sessions_) {
    std::vector<absl::Time> starts;
    for (const auto& [lease, start] : session.starts) starts.push_back(start);
    workers.push_back({.hello = session.hello,
                       .jobs = static_cast<int>(session.leases.size()),
                       .credits = session.credits,
                       .job_starts = std::move(starts),
                       .draining = session.draining,
                       .had_job = session.had_job,
                       .connected_at = session.connected_at,
                       .idle_since = session.idle_since,
                       .gpu_readings = session.gpu_readings});
  }
  return workers;
}

bool Dispatcher::HasWorkers(const std::string& endpoint_id) const {
  MutexLock lock(mutex_);
  const auto found = endpoints_.find(endpoint_id);
  return found != endpoints_.end() && !found->second.worker_ids.empty();
}

}  // namespace furnace::scheduler
