#include "services/scheduler/domain/fair_share.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

namespace furnace::scheduler {
namespace {

/// The state of one PlanStarts.
class Planner {
 public:
  Planner(const GpuUse& use, const std::vector<StartRequest>& requests,
          std::vector<GpuCapacity> capacities, const std::vector<HeldGpus>& held)
      : use_(use), requests_(requests), capacities_(std::move(capacities)), held_(held) {
    for (std::size_t i = 0; i < requests.size(); ++i) Open(i);
    for (const HeldGpus& gpus : held) {
      if (gpus.leaving) coming_[gpus.kind] += gpus.gpus;
    }
  }

  StartPlan Run() && {
    while (!open_.empty()) {
      const auto [spare, use, next] = open_.extract(open_.begin()).value();
      if (UseOf(next) > use) {
        Open(next);  // Its project was granted something since.
        continue;
      }
      if (!Grant(next)) Refuse(next);
      granted_[requests_[next].project_id] +=
          use_.Quantum(requests_[next].project_id, requests_[next].gpus);
    }
    return std::move(plan_);
  }

 private:
  void Open(std::size_t request) {
    open_.emplace(requests_[request].spare, UseOf(request), request);
  }

  std::int64_t UseOf(std::size_t request) const {
    const std::string& project = requests_[request].project_id;
    const auto found = granted_.find(project);
    return use_.Of(project) + (found == granted_.end() ? 0 : found->second);
  }

  bool Grant(std::size_t index) {
    const StartRequest& request = requests_[index];
    for (const std::size_t kind : request.kinds) {
      if (capacities_[kind].free < request.gpus) continue;
      capacities_[kind].free -= request.gpus;
      plan_.starts.push_back({.request = index, .kind = kind});
      wanted_by_[kind].insert(request.project_id);
      return true;
    }
    return false;
  }

  void Refuse(std::size_t index) {
    const StartRequest& request = requests_[index];
    const bool outranked =
        std::any_of(request.kinds.begin(), request.kinds.end(), [&](std::size_t kind) {
          const auto& projects = wanted_by_[kind];
          return projects.size() > (projects.contains(request.project_id) ? 1U : 0U);
        });
    (outranked ? plan_.outranked : plan_.no_room).push_back(index);
    if (request.spare) return;
    MakeRoom(request, UseOf(index));
    for (const std::size_t kind : request.kinds) wanted_by_[kind].insert(request.project_id);
  }

  // Sees to it that one kind has room for the request soon, if any can.
  void MakeRoom(const StartRequest& request, std::int64_t use) {
    for (const std::size_t kind : request.kinds) {
      const int free = capacities_[kind].free;
      const int coming = std::min(coming_[kind], request.gpus - free);
      std::vector<const HeldGpus*> yielding;
      if (!WhoYields(request, kind, use, request.gpus - free - coming, yielding)) continue;
      capacities_[kind].free = 0;
      coming_[kind] -= coming;
      for (const HeldGpus* gpus : yielding) {
        plan_.yielding.push_back(gpus->worker_id);
        yielding_.insert(gpus->worker_id);
      }
      return;
    }
  }

  // Finds workers that free `missing` GPUs of a kind; false when there are not enough.
  bool WhoYields(const StartRequest& request, std::size_t kind, std::int64_t use, int missing,
                 std::vector<const HeldGpus*>& yielding) const {
    std::vector<const HeldGpus*> candidates;
    for (const HeldGpus& gpus : held_) {
      const bool may = gpus.kind == kind && !gpus.leaving && !yielding_.contains(gpus.worker_id) &&
                       gpus.project_id != request.project_id &&
                       gpus.held_for >= use_.policy().quantum &&
                       use_.Of(gpus.project_id) > use + use_.Quantum(gpus.project_id, gpus.gpus);
      if (may) candidates.push_back(&gpus);
    }
    const auto rank = [this](const HeldGpus* gpus) {
      return std::make_tuple(!gpus->idle, -use_.Of(gpus->project_id), -gpus->held_for,
                             gpus->worker_id);
    };
    std::sort(candidates.begin(), candidates.end(),
              [&](const HeldGpus* a, const HeldGpus* b) { return rank(a) < rank(b); });
    for (const HeldGpus* gpus : candidates) {
      if (missing <= 0) break;
      yielding.push_back(gpus);
      missing -= gpus->gpus;
    }
    return missing <= 0;
  }

  const GpuUse& use_;
  const std::vector<StartRequest>& requests_;
  std::vector<GpuCapacity> capacities_;
  const std::vector<HeldGpus>& held_;
  // What nobody waits for comes last, else the use of the project decides.
  std::set<std::tuple<bool, std::int64_t, std::size_t>> open_;
  std::map<std::string, std::int64_t> granted_;  // In this plan, or promised.
  std::map<std::size_t, int> coming_;            // GPUs of workers that leave, by kind.
  // Projects that were granted GPUs of a kind, or that go next for them.
  std::map<std::size_t, std::set<std::string>> wanted_by_;
  std::set<std::string> yielding_;
  StartPlan plan_;
};

}  // namespace

void GpuUse::Advance(absl::Time now, const std::map<std::string, int>& gpus_held) {
  const absl::Duration passed = now_ == absl::InfinitePast() ? absl::ZeroDuration() : now - now_;
  now_ = now;
  if (passed <= absl::ZeroDuration()) return;
  const double kept = std::exp2(-absl::FDivDuration(passed, policy_.half_life));
  for (auto& [project_id, used_us] : used_us_) used_us *= kept;
  for (const auto& [project_id, gpus] : gpus_held) {
    used_us_[project_id] += absl::ToDoubleMicroseconds(passed) * gpus / WeightOf(project_id);
  }
  std::erase_if(used_us_, [](const auto& entry) { return entry.second < 1; });
}

std::int64_t GpuUse::Of(const std::string& project_id) const {
  const auto found = used_us_.find(project_id);
  return found == used_us_.end() ? 0 : std::llround(found->second);
}

std::int64_t GpuUse::Quantum(const std::string& project_id, int gpus) const {
  return absl::ToInt64Microseconds(policy_.quantum) * gpus / WeightOf(project_id);
}

int GpuUse::WeightOf(const std::string& project_id) const {
  const auto found = policy_.weights.find(project_id);
  return found == policy_.weights.end() ? 1 : found->second;
}

StartPlan PlanStarts(const GpuUse& use, const std::vector<StartRequest>& requests,
                     std::vector<GpuCapacity> capacities, const std::vector<HeldGpus>& held) {
  return Planner(use, requests, std::move(capacities), held).Run();
}

}  // namespace furnace::scheduler
