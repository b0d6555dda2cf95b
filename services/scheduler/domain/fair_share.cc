#include "services/scheduler/domain/fair_share.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

namespace furnace::scheduler {
namespace {

bool Contains(const std::vector<std::size_t>& items, std::size_t item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

/// The state of one PlanStarts.
class Planner {
 public:
  Planner(const GpuUse& use, const std::vector<StartRequest>& requests,
          std::vector<GpuCapacity> capacities, const std::vector<HeldGpus>& held)
      : use_(use), requests_(requests), capacities_(std::move(capacities)), held_(held) {
    for (std::size_t i = 0; i < requests.size(); ++i) open_.emplace(UseOf(i), i);
    for (const HeldGpus& gpus : held) {
      if (gpus.leaving) coming_[gpus.kind] += gpus.gpus;
    }
  }

  StartPlan Run() && {
    while (!open_.empty()) {
      const auto [use, next] = open_.extract(open_.begin()).value();
      if (UseOf(next) > use) {
        open_.emplace(UseOf(next), next);  // Its project was granted something since.
        continue;
      }
      if (!Grant(next)) Refuse(next);
      granted_[requests_[next].project_id] +=
          use_.Quantum(requests_[next].project_id, requests_[next].gpus);
    }
    return std::move(plan_);
  }

 private:
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
    MakeRoom(request, UseOf(index));
    for (const std::size_t kind : request.kinds) wanted_by_[kind].insert(request.project_id);
  }

  // Keeps GPUs for the request: those that are free or will be, and those of workers
  // that yield.
  void MakeRoom(const StartRequest& request, std::int64_t use) {
    int missing = request.gpus;
    for (const std::size_t kind : request.kinds) {
      missing -= std::exchange(capacities_[kind].free, 0);
      const int coming = std::min(std::max(missing, 0), coming_[kind]);
      coming_[kind] -= coming;
      missing -= coming;
    }
    while (missing > 0) {
      const HeldGpus* const worker = WhoYields(request, use);
      if (worker == nullptr) return;
      plan_.yielding.push_back(worker->worker_id);
      yielding_.insert(worker->worker_id);
      missing -= worker->gpus;
    }
  }

  const HeldGpus* WhoYields(const StartRequest& request, std::int64_t use) const {
    const auto rank = [this](const HeldGpus& gpus) {
      return std::make_tuple(!gpus.idle, -use_.Of(gpus.project_id), -gpus.held_for, gpus.worker_id);
    };
    const HeldGpus* best = nullptr;
    for (const HeldGpus& gpus : held_) {
      const bool may = !gpus.leaving && !yielding_.contains(gpus.worker_id) &&
                       Contains(request.kinds, gpus.kind) &&
                       gpus.project_id != request.project_id &&
                       gpus.held_for >= use_.policy().quantum && use_.Of(gpus.project_id) > use;
      if (may && (best == nullptr || rank(gpus) < rank(*best))) best = &gpus;
    }
    return best;
  }

  const GpuUse& use_;
  const std::vector<StartRequest>& requests_;
  std::vector<GpuCapacity> capacities_;
  const std::vector<HeldGpus>& held_;
  std::set<std::pair<std::int64_t, std::size_t>> open_;  // By the use of the project.
  std::map<std::string, std::int64_t> granted_;          // In this plan, or promised.
  std::map<std::size_t, int> coming_;                    // GPUs of workers that leave, by kind.
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
