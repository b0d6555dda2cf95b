// Who gets the next GPU when there are not enough: the project that has had the least.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace furnace::scheduler {

/// How GPUs are shared between projects.
struct FairnessPolicy {
  /// What a project had so long ago counts half.
  absl::Duration half_life = absl::Minutes(10);
  /// A worker keeps its GPU at least so long before it makes room for another project.
  absl::Duration quantum = absl::Seconds(10);
  /// By project; a project of weight 2 gets twice as much as one of weight 1, which is
  /// what the others have.
  std::map<std::string, int> weights;
};

/// The GPU time that projects have had, their present workers included, each second
/// worth half as much after every half-life.
class GpuUse {
 public:
  explicit GpuUse(FairnessPolicy policy) : policy_(std::move(policy)) {}

  const FairnessPolicy& policy() const { return policy_; }

  /// Brings the account up to `now`: since the last call, projects have held so many
  /// GPUs. A clock that was set back adds nothing.
  void Advance(absl::Time now, const std::map<std::string, int>& gpus_held);

  /// GPU-microseconds the project has had for each unit of its weight.
  std::int64_t Of(const std::string& project_id) const;
  /// What holding `gpus` for a quantum adds to Of.
  std::int64_t Quantum(const std::string& project_id, int gpus) const;

 private:
  int WeightOf(const std::string& project_id) const;

  FairnessPolicy policy_;
  absl::Time now_ = absl::InfinitePast();
  std::map<std::string, double> used_us_;
};

/// GPUs of one kind.
struct GpuCapacity {
  int total = 0;
  int free = 0;
};

/// A worker that an endpoint wants.
struct StartRequest {
  std::string project_id;
  /// Kinds of GPU that would do, by preference: indices of the capacities. None of them
  /// has fewer than `gpus` in all.
  std::vector<std::size_t> kinds;
  int gpus = 1;
  bool spare = false;  // No job waits for it: it takes what nobody else wants.
};

/// GPUs that a worker holds.
struct HeldGpus {
  std::string worker_id;
  std::string project_id;
  std::size_t kind = 0;
  int gpus = 1;
  bool idle = false;
  bool leaving = false;  // It ends by itself.
  absl::Duration held_for;
};

struct StartPlan {
  struct Start {
    std::size_t request = 0;
    std::size_t kind = 0;
  };
  std::vector<Start> starts;           // In this order.
  std::vector<std::string> yielding;   // Workers that are to end after their present jobs.
  std::vector<std::size_t> outranked;  // Requests that others with less use go before.
  std::vector<std::size_t> no_room;    // Requests for which no GPU is free.
};

/// Grants starts one by one, each to the project whose use is least by then, a grant
/// counting as a quantum. For a request that gets none, workers yield of projects that
/// have had a quantum more, and that have held their GPUs for a quantum: idle ones
/// first, then of the project with the greatest use, the longest held. They do if they
/// free enough of one kind, with what is free and what comes free anyway, which then is
/// kept for the request. Ties go to the smallest index and id.
///
/// Nobody starves: where P projects of equal weight always want more of G GPUs, one that
/// wants a GPU gets it within P / G + 2 turns. A turn is a quantum and the longest job:
/// the others make up what it had before them, at most a turn each on G GPUs; a worker
/// then comes to the end of its turn; and it may itself have had a turn too many.
StartPlan PlanStarts(const GpuUse& use, const std::vector<StartRequest>& requests,
                     std::vector<GpuCapacity> capacities, const std::vector<HeldGpus>& held);

}  // namespace furnace::scheduler
