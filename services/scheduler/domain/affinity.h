// Which workers may take which jobs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace furnace::scheduler {

/// What a job asks of the worker that runs it. Jobs that ask for the same wait in one
/// queue, named by their class.
struct Affinity {
  std::vector<std::string> gpu_types;  // Canonical, in order of preference; empty: any.
  bool own_gpu_types = false;          // They are the job's, not its endpoint's.
  /// A job that has waited less goes to the first of gpu_types only.
  absl::Duration fallback_after;
  int vram_min_mib = 0;       // Of each GPU.
  std::string region;         // Empty: any.
  bool central_only = false;  // No federated worker.
  std::string model;          // Workers that have it warm go first; empty: none.
  bool critical = false;      // Goes before all others, and a worker starts at once.
  bool background = false;    // Takes what workers there are: none is started for it.
  std::string window;         // When it may start, see ParseTimeWindow; empty: at any time.
  /// Of jobs that wait until a budget of the API key they came with has something left: the key.
  /// They were found to have to; empty: it was not found.
  std::string spent_key;

  friend bool operator==(const Affinity&, const Affinity&) = default;
};

/// What a worker has besides GPUs of a type.
struct WorkerTraits {
  int vram_mib = 0;                 // Of each GPU; 0: not known.
  std::string region;               // Empty: not known.
  bool federated = false;           // Of a node that somebody else runs.
  std::vector<std::string> models;  // Warm: loaded, or on its disk.

  friend bool operator==(const WorkerTraits&, const WorkerTraits&) = default;
};

/// For how long a job whose model is warm at some worker of its endpoint waits for such
/// a one, should others be free.
inline constexpr absl::Duration kWarmWait = absl::Seconds(2);

/// The class of jobs that ask for `affinity`: its GPU types ("*": any) and, for each
/// other wish, a term "|<letter>=<value>". lua/lib/queue.lua reads it too. Values hold
/// no "|"; who takes them from clients sees to that.
std::string AffinityClass(const Affinity& affinity);

/// What AffinityClass was given; terms that are not known are left out.
Affinity ParseAffinityClass(std::string_view affinity_class);

/// For how long a job must have waited before a worker may take it: InfiniteDuration
/// for a worker that never may. `warm` are the models that workers of the endpoint have
/// warm now. The scripts do the same.
absl::Duration WaitBefore(const Affinity& affinity, std::string_view gpu_type,
                          const WorkerTraits& worker, const std::vector<std::string>& warm);

}  // namespace furnace::scheduler
