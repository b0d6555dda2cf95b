#include "services/scheduler/app/dispatcher.h"

#include <algorithm>
#include <random>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/app/await.h"
#include "services/scheduler/app/output_references.h"
#include "services/scheduler/app/submitter.h"
#include "services/scheduler/domain/job_window.h"

namespace furnace::scheduler {
namespace {

// Windows of an endpoint's jobs that are remembered.
constexpr std::size_t kMaxWindows = 200;

constexpr std::string_view kLeftBefore = "the worker left before it got the job";

// For the jitter of a backoff.
int Draw() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_int_distribution<int>(0, kDraws - 1)(random);
}

// Of an attempt that no handler could begin.
Outcome NeverBegan(std::string_view why) {
  return {.cause = FailureCause::kPlatform,
          .output = {},
          .error = std::string(why),
          .never_began = true};
}

}  // namespace

void Dispatcher::Wake(const std::string& endpoint_id) {
  const EndpointPtr endpoint = catalog_.Cached(endpoint_id);
  if (endpoint != nullptr && endpoint->paused) return;
  std::optional<std::vector<BudgetRate>> budgets = BudgetsOf(endpoint);
  if (!budgets) return;
  ClaimRequest request{.endpoint_id = endpoint_id,
                       .workers = {},
                       .lease = lease_,
                       .max_concurrency = endpoint == nullptr ? 0 : endpoint->queue.max_concurrency,
                       .budgets = *std::move(budgets)};
  {
    MutexLock lock(mutex_);
    const auto found = endpoints_.find(endpoint_id);
    if (found == endpoints_.end()) return;
    if (found->second.claiming) {
      found->second.wanted_again = true;
      return;
    }
    request.workers = RoomsLocked(found->second);
    if (request.workers.empty()) return;
    request.warm = WarmLocked(found->second);
    request.windows = WindowsLocked(found->second);
    found->second.claiming = true;
  }
  queue_.Claim(std::move(request), [this, endpoint_id](absl::StatusOr<Claimed> claimed) {
    OnClaimed(endpoint_id, std::move(claimed));
  });
}

std::optional<std::vector<BudgetRate>> Dispatcher::BudgetsOf(const EndpointPtr& endpoint) const {
  std::vector<BudgetRate> none;
  if (rules_ == nullptr) return none;
  if (endpoint != nullptr) return rules_->RatesOf(*endpoint);
  if (rules_->MayCoverUnknown()) return std::nullopt;
  return none;
}

void Dispatcher::WakeImpatient() {
  std::vector<std::string> ids;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, endpoint] : endpoints_) {
      if (endpoint.impatient) ids.push_back(id);
    }
  }
  for (const std::string& id : ids) Wake(id);
}

std::map<std::string, bool> Dispatcher::WindowsLocked(const EndpointWorkers& endpoint) const {
  std::map<std::string, bool> windows;
  for (const std::string& window : endpoint.windows) {
    windows[window] = IsOpen(window, clock_.Now());
  }
  return windows;
}

bool Dispatcher::LearnLocked(const std::vector<std::string>& windows, EndpointWorkers& endpoint) {
  // Those that are still in use will be met again.
  if (endpoint.windows.size() + windows.size() > kMaxWindows) endpoint.windows.clear();
  bool any_open = false;
  for (const std::string& window : windows) {
    const bool added = endpoint.windows.insert(window).second;
    any_open = any_open || (added && IsOpen(window, clock_.Now()));
  }
  return any_open;
}

WorkerTraits Dispatcher::TraitsOf(const Session& session) {
  WorkerTraits traits = session.hello.traits;
  if (!session.last_model.empty()) traits.models.push_back(session.last_model);
  return traits;
}

std::vector<std::string> Dispatcher::WarmLocked(const EndpointWorkers& endpoint) const {
  std::set<std::string> models;
  for (const std::string& id : endpoint.worker_ids) {
    const Session& session = sessions_.at(id);
    if (session.draining) continue;
    const WorkerTraits traits = TraitsOf(session);
    models.insert(traits.models.begin(), traits.models.end());
  }
  return {models.begin(), models.end()};
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
  std::vector<const Session*> roomy;
  for (const std::string& id : endpoint.worker_ids) {
    const Session& session = sessions_.at(id);
    if (!session.draining && session.credits > 0) roomy.push_back(&session);
  }
  // A worker may have room for jobs behind those it runs: idle ones go first.
  std::stable_sort(roomy.begin(), roomy.end(), [](const Session* a, const Session* b) {
    return a->leases.size() < b->leases.size();
  });
  std::vector<WorkerRoom> rooms;
  int left = kMaxClaim;
  for (const Session* session : roomy) {
    if (left == 0) break;
    const int jobs = std::min(session->credits, left);
    WorkerOnGpu worker = session->hello.worker;
    if (session->had_job) worker.cold_start = absl::ZeroDuration();
    rooms.push_back({.worker = std::move(worker), .traits = TraitsOf(*session), .jobs = jobs});
    left -= jobs;
  }
  return rooms;
}

void Dispatcher::OnClaimed(const std::string& endpoint_id, absl::StatusOr<Claimed> claimed) {
  std::map<std::string, Delivery> deliveries;
  std::vector<LeaseId> orphans;
  bool more = false;
  {
    MutexLock lock(mutex_);
    EndpointWorkers& endpoint = endpoints_[endpoint_id];
    endpoint.claiming = false;
    more = std::exchange(endpoint.wanted_again, false);
    endpoint.impatient = claimed.ok() && claimed->again;
    if (claimed.ok()) more = LearnLocked(claimed->unknown_windows, endpoint) || more;
    if (endpoint.worker_ids.empty()) endpoints_.erase(endpoint_id);
    // After an error the next tick tries again.
    if (!claimed.ok()) return;
    more = more || !claimed->jobs.empty();
    for (ClaimedJob& job : claimed->jobs) {
      const auto found = sessions_.find(job.worker_id);
      if (found == sessions_.end()) {
        orphans.push_back(job.lease);
        continue;
      }
      Session& session = found->second;
      // It may have taken them back while the claim was on its way.
      session.credits = std::max(0, session.credits - 1);
      session.had_job = true;
      if (!job.model.empty()) session.last_model = job.model;
      session.leases.insert(job.lease);
      session.starts[job.lease] = clock_.Now();
      session.idle_since = absl::InfiniteFuture();
      Delivery& delivery = deliveries[job.worker_id];
      delivery.link = session.link;
      delivery.jobs.push_back(std::move(job));
    }
  }
  for (auto& [worker_id, delivery] : deliveries) Deliver(std::move(delivery));
  for (const LeaseId& lease : orphans) GiveBack(lease, NeverBegan(kLeftBefore));
  if (more) Wake(endpoint_id);
}

void Dispatcher::Deliver(Delivery delivery) {
  const auto is_here = [](const ClaimedJob& job) { return job.input && job.outputs_of.empty(); };
  const auto stored = std::stable_partition(delivery.jobs.begin(), delivery.jobs.end(), is_here);
  Delivery away{
      .link = delivery.link,
      .jobs = {std::make_move_iterator(stored), std::make_move_iterator(delivery.jobs.end())}};
  delivery.jobs.erase(stored, delivery.jobs.end());
  if (!delivery.jobs.empty()) Assign(std::move(delivery));
  if (!away.jobs.empty()) DeliverStored(std::move(away));
}

void Dispatcher::DeliverStored(Delivery delivery) {
  auto shared = std::make_shared<Delivery>(std::move(delivery));
  const bool accepted = blocking_.TrySubmit([this, shared] {
    Delivery loaded{.link = shared->link, .jobs = {}};
    for (ClaimedJob& job : shared->jobs) {
      absl::StatusOr<std::string> input = LoadInput(job);
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

absl::StatusOr<std::string> Dispatcher::LoadInput(const ClaimedJob& job) {
  std::string input = job.input.value_or("");
  if (!job.input) {
    FURNACE_ASSIGN_OR_RETURN(input, payloads_.LoadInput(job.lease.job_id));
  }
  if (job.outputs_of.empty()) return input;
  return InsertOutputs(input, job.outputs_of, reader_);
}

// The job did not get to the worker, which has its credit back. An input that is gone
// stays gone, and one that grows too large is its sender's; for any other reason the lease is left
// to lapse, so that a job waits for a store that is down instead of spending its attempts on it.
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
    GiveBack(
        job.lease,
        {.cause = FailureCause::kPlatform, .output = {}, .error = "its input could not be read"});
  } else if (absl::IsOutOfRange(why)) {
    GiveBack(
        job.lease,
        {.cause = FailureCause::kHandlerError, .output = {}, .error = std::string(why.message())});
  }
}

void Dispatcher::Assign(Delivery delivery) {
  const std::string worker_id = delivery.jobs.front().worker_id;
  std::vector<WorkerLink::Assignment> assignments;
  std::vector<LeaseId> leases;
  for (ClaimedJob& job : delivery.jobs) {
    leases.push_back(job.lease);
    assignments.push_back({.lease = job.lease,
                           .input = *std::move(job.input),
                           .timeout = job.timeout,
                           .s3_config = std::move(job.s3_config)});
  }
  if (delivery.link->Assign(std::move(assignments))) return;
  Leave(worker_id, delivery.link.get());  // Or the next claim would go the same way.
  for (const LeaseId& lease : leases) GiveBack(lease, NeverBegan(kLeftBefore));
}

void Dispatcher::GiveBack(const LeaseId& lease, Outcome outcome) {
  Settle({.lease = lease, .outcome = std::move(outcome)}, nullptr);
}

void Dispatcher::Settle(Settlement settlement, std::shared_ptr<WorkerLink> link) {
  const LeaseId lease = settlement.lease;
  settlement.draw = Draw();
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

void Dispatcher::StoreAndSettle(Settlement settlement, const std::shared_ptr<WorkerLink>& link) {
  auto shared = std::make_shared<Settlement>(std::move(settlement));
  const std::size_t waiting = storing_bytes_.fetch_add(shared->outcome.output->size());
  const bool accepted = waiting <= kMaxStoringBytes && blocking_.TrySubmit([this, shared, link] {
    Outcome& outcome = shared->outcome;
    const std::size_t bytes = outcome.output->size();
    const absl::StatusOr<bool> stored = StoreOutput(*shared);
    outcome.output.reset();
    storing_bytes_ -= bytes;
    if (!stored.ok()) return link->Close();
    outcome.output_stored = *stored;
    Settle(std::move(*shared), link);
  });
  if (accepted) return;
  storing_bytes_ -= shared->outcome.output->size();
  link->Close();
}

// Only the job's lease stores anything, or a worker could leave outputs that nobody ever
// forgets, or one in another's place. False: the lease is not held, which settling it will say.
absl::StatusOr<bool> Dispatcher::StoreOutput(Settlement& settlement) {
  FURNACE_ASSIGN_OR_RETURN(
      const auto record, Await<std::optional<JobRecord>>([&](Done<std::optional<JobRecord>> done) {
        queue_.Find(settlement.lease.job_id, {}, std::move(done));
      }));
  const bool held = record && record->job.status == JobStatus::kInProgress &&
                    record->job.attempt == settlement.lease.epoch &&
                    (settlement.worker_id.empty() || record->job.worker_id == settlement.worker_id);
  if (!held) return false;
  FURNACE_RETURN_IF_ERROR(
      payloads_.SaveOutput(settlement.lease, *std::move(settlement.outcome.output)));
  return true;
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
    StoreAndSettle(std::move(settlement), link);
  } else {
    Settle(std::move(settlement), std::move(link));
  }
  if (credits > 0) Wake(endpoint_id);
}

void Dispatcher::Progress(const std::string& worker_id, ProgressReport report) {
  const LeaseId lease = report.lease;
  const std::int64_t sequence = report.sequence;
  const auto link = LinkOf(worker_id);
  if (link == nullptr) return;
  reports_.Report(std::move(report),
                  [this, worker_id, lease, sequence, link](absl::StatusOr<bool> held) {
                    // What a full queue refuses is lost; anything else comes again on the
                    // worker's next session.
                    const bool refused = absl::IsResourceExhausted(held.status());
                    if (!held.ok() && !refused) return link->Close();
                    if (held.ok() && !*held) return LeaseLapsed(worker_id, lease);
                    if (sequence > 0) link->ProgressStored(lease, sequence);
                  });
}

void Dispatcher::Release(const std::string& worker_id, const std::vector<LeaseId>& leases,
                         bool unbegun) {
  for (const LeaseId& lease : leases) {
    Forget(worker_id, lease);
    Settle({.lease = lease,
            .outcome = {.cause = FailureCause::kPlatform,
                        .error = "the worker gave the job back",
                        .never_began = unbegun},
            .worker_id = worker_id},
           nullptr);
  }
}

}  // namespace furnace::scheduler
