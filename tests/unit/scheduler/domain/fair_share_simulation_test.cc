// A hundred projects on sixteen GPUs, over hours of a made-up clock.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "services/scheduler/domain/fair_share.h"

namespace furnace::scheduler {
namespace {

constexpr int kGpus = 16;
constexpr int kProjects = 100;
constexpr int kHot = 3;
constexpr absl::Duration kStep = absl::Seconds(1);
constexpr int kLongestJob = 30;

std::string Name(int project) { return "p" + std::to_string(project); }

/// A cluster whose projects always have jobs: hot ones enough for all GPUs, the others
/// for one.
class Cluster {
 public:
  explicit Cluster(std::map<std::string, int> weights) : use_({.weights = std::move(weights)}) {
    for (int project = 0; project < kProjects; ++project) waiting_since_[Name(project)] = now_;
  }

  void Step() {
    now_ += kStep;
    use_.Advance(now_, GpusHeld());
    for (const auto& [project, gpus] : GpusHeld()) served_[project] += gpus;
    for (auto& [id, worker] : workers_) Work(worker);
    std::erase_if(workers_, [](const auto& entry) { return entry.second.job_left < 0; });
    Schedule();
  }

  double ServedOf(int project) const {
    const auto found = served_.find(Name(project));
    return found == served_.end() ? 0 : found->second;
  }
  absl::Duration longest_wait() const { return longest_wait_; }

 private:
  struct Worker {
    std::string project;
    absl::Time since;
    int job_left = 0;  // Seconds; negative: it has ended.
    bool leaving = false;
  };

  // A job ends, and the worker with it if it has to make room.
  void Work(Worker& worker) {
    if (--worker.job_left > 0) return;
    worker.job_left = worker.leaving ? -1 : AnyJob();
  }

  int AnyJob() { return std::uniform_int_distribution<int>(1, kLongestJob)(random_); }

  std::map<std::string, int> GpusHeld() const {
    std::map<std::string, int> held;
    for (const auto& [id, worker] : workers_) ++held[worker.project];
    return held;
  }

  void Schedule() {
    std::map<std::string, int> held = GpusHeld();
    std::vector<StartRequest> requests;
    for (int project = 0; project < kProjects; ++project) {
      const int wanted = (project < kHot ? kGpus : 1) - held[Name(project)];
      for (int i = 0; i < wanted; ++i) {
        requests.push_back({.project_id = Name(project), .kinds = {0}});
      }
    }
    std::vector<HeldGpus> gpus;
    for (const auto& [id, worker] : workers_) {
      gpus.push_back({.worker_id = id,
                      .project_id = worker.project,
                      .leaving = worker.leaving,
                      .held_for = now_ - worker.since});
    }
    const int free = kGpus - static_cast<int>(workers_.size());
    const StartPlan plan = PlanStarts(use_, requests, {{kGpus, free}}, gpus);
    ASSERT_LE(plan.starts.size(), static_cast<std::size_t>(free));
    for (const StartPlan::Start& start : plan.starts) Start(requests[start.request].project_id);
    for (const std::string& id : plan.yielding) workers_.at(id).leaving = true;
    held = GpusHeld();
    for (auto& [project, since] : waiting_since_) {
      if (held.contains(project)) since = now_;
      longest_wait_ = std::max(longest_wait_, now_ - since);
    }
  }

  void Start(const std::string& project) {
    workers_["w" + std::to_string(next_++)] = {
        .project = project, .since = now_, .job_left = AnyJob()};
  }

  GpuUse use_;
  std::minstd_rand random_{17};
  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  std::map<std::string, Worker> workers_;
  std::map<std::string, absl::Time> waiting_since_;
  std::map<std::string, double> served_;  // GPU-seconds.
  absl::Duration longest_wait_;
  int next_ = 0;
};

// Jain's index: 1 when all are equal, 1/n when one has everything.
double Jain(const std::vector<double>& values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  const double squares = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  return sum * sum / (static_cast<double>(values.size()) * squares);
}

double JainAfter(absl::Duration time, const std::map<std::string, int>& weights, Cluster& cluster) {
  for (absl::Duration passed; passed < time; passed += kStep) cluster.Step();
  std::vector<double> served;
  for (int project = 0; project < kProjects; ++project) {
    const auto weight = weights.find(Name(project));
    served.push_back(cluster.ServedOf(project) / (weight == weights.end() ? 1 : weight->second));
  }
  return Jain(served);
}

TEST(FairShareSimulationTest, ThreeHotProjectsGetNoMoreThanNinetySevenColdOnes) {
  Cluster cluster({});
  EXPECT_GE(JainAfter(absl::Hours(2), {}, cluster), 0.99);
}

TEST(FairShareSimulationTest, SharesAreByWeight) {
  const std::map<std::string, int> weights = {{Name(0), 4}, {Name(1), 2}};
  Cluster cluster(weights);
  EXPECT_GE(JainAfter(absl::Hours(2), weights, cluster), 0.99);
}

TEST(FairShareSimulationTest, NobodyWaitsLongerThanTheBound) {
  Cluster cluster({});
  JainAfter(absl::Hours(2), {}, cluster);
  const absl::Duration turn = FairnessPolicy().quantum + absl::Seconds(kLongestJob);
  EXPECT_LE(cluster.longest_wait(), (1.0 * kProjects / kGpus + 2) * turn);
}

}  // namespace
}  // namespace furnace::scheduler
