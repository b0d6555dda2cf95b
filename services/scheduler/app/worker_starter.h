#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libs/common/base/clock.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/domain/fair_share.h"
#include "services/scheduler/domain/start_breaker.h"

namespace furnace::scheduler {

enum class WorkerState { kStarting, kIdle, kRunning, kDraining };

/// Workers that an endpoint wants: for each the GPU types it may have, by preference.
struct StartWish {
  EndpointPtr endpoint;
  std::vector<std::vector<std::string>> starts;
  std::size_t spare = 0;  // So many of them, the last, are for no job that waits.
};

/// What became of a round of wishes.
struct StartOutcome {
  /// What hinders those that were not met in full, by endpoint.
  std::map<std::string, Hindrance> hindrances;
  /// Workers that are to end after their present jobs, to make room.
  std::vector<std::string> yielding;
};

/// Starts workers, as far as there are GPUs, those of the projects first that have had
/// the least; and keeps endpoints from starting one failing worker after another. For
/// one thread.
class WorkerStarter {
 public:
  WorkerStarter(Driver& driver, const EndpointCatalog& catalog, const Clock& clock,
                FairnessPolicy policy)
      : driver_(driver), catalog_(catalog), clock_(clock), use_(std::move(policy)) {}

  /// A worker of the endpoint has its first job.
  void WorkerWorks(const std::string& endpoint_id) { breakers_.erase(endpoint_id); }
  /// A worker of the endpoint ended before that, having said `why`, or nothing.
  void WorkerEndedEarly(const Endpoint& endpoint, const std::string& worker_id,
                        std::string_view why = {});

  /// A round. `states` are those of the driver's workers.
  StartOutcome Start(const std::vector<StartWish>& wishes,
                     const std::map<std::string, WorkerState>& states);

 private:
  /// A worker that is wanted, and may be started.
  struct Candidate {
    const Endpoint* endpoint = nullptr;
    std::vector<std::string> gpu_types;
    bool spare = false;
  };

  StartBreaker& BreakerOf(const Endpoint& endpoint);
  std::vector<Candidate> Candidates(const std::vector<StartWish>& wishes, StartOutcome& outcome);
  std::vector<HeldGpus> Held(const std::vector<GpuPool>& pools,
                             const std::map<std::string, WorkerState>& states) const;
  /// Brings the account of GPU time up to date.
  void Account();
  void StartOne(const Candidate& candidate, const std::vector<std::string>& gpu_types,
                StartOutcome& outcome);
  void Hinder(const Endpoint& endpoint, Hindrance hindrance, StartOutcome& outcome);

  Driver& driver_;
  const EndpointCatalog& catalog_;
  const Clock& clock_;
  GpuUse use_;
  std::map<std::string, StartBreaker> breakers_;  // By endpoint, as the next.
  std::map<std::string, Hindrance> hindrances_;   // Of the latest start.
};

}  // namespace furnace::scheduler
