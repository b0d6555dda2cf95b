#include "services/scheduler/domain/worker_demand.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

using Types = std::vector<std::string>;

const std::vector<GpuOffer> kAny = {{.gpu_type = "h100", .total = 8},
                                    {.gpu_type = "a100", .total = 8}};

Endpoint WithGpus(Types types) {
  Endpoint endpoint;
  endpoint.gpu_types = std::move(types);
  return endpoint;
}

ClassSnapshot Class(Affinity affinity, absl::Duration waited = absl::ZeroDuration()) {
  return {.affinity = std::move(affinity), .queued = 1, .oldest_wait = waited};
}

std::vector<WorkerDemand> Demands(std::vector<ClassSnapshot> classes,
                                  const std::vector<WorkerSnapshot>& workers = {},
                                  const std::vector<GpuOffer>& offers = kAny) {
  QueueSnapshot queue;
  queue.classes = std::move(classes);
  return DemandsOf(WithGpus({"h100", "a100"}), queue, workers, offers);
}

TEST(WorkerDemandTest, CriticalJobsComeFirstThenUncoveredOnesThenTheOldest) {
  const std::vector<WorkerSnapshot> workers = {{.id = "w", .gpu_type = "a100"}};
  const auto demands =
      Demands({Class({.gpu_types = {"a100"}}, absl::Seconds(9)),
               Class({.gpu_types = {"a100"}, .region = ""}, absl::Seconds(99)),
               Class({.gpu_types = {"h100"}}), Class({.gpu_types = {"a100"}, .critical = true})},
              workers);
  ASSERT_EQ(demands.size(), 4U);
  EXPECT_TRUE(demands[0].waiting.affinity.critical);
  EXPECT_EQ(demands[1].waiting.affinity.gpu_types, Types{"h100"});
  EXPECT_FALSE(demands[1].covered);
  EXPECT_EQ(demands[2].waiting.oldest_wait, absl::Seconds(99));
  EXPECT_TRUE(demands[3].covered);
}

TEST(WorkerDemandTest, JobsThatNameNoGpuTakeTheEndpoints) {
  EXPECT_EQ(Demands({Class({})}).at(0).gpu_types, (Types{"h100", "a100"}));
}

TEST(WorkerDemandTest, WhileJobsWaitForTheirPreferredGpuNoOtherIsAskedFor) {
  const Affinity affinity{.gpu_types = {"h100", "a100"}, .fallback_after = absl::Seconds(10)};
  EXPECT_EQ(Demands({Class(affinity, absl::Seconds(9))}).at(0).gpu_types, Types{"h100"});
  EXPECT_EQ(Demands({Class(affinity, absl::Seconds(10))}).at(0).gpu_types, (Types{"h100", "a100"}));
}

TEST(WorkerDemandTest, AWishThatNoOfferMeetsLeavesNoType) {
  const std::vector<GpuOffer> offers = {
      {.gpu_type = "a100", .total = 8, .traits = {.region = "eu"}},
      {.gpu_type = "h100", .total = 8, .traits = {.federated = true}}};
  EXPECT_EQ(Demands({Class({.region = "eu"})}, {}, offers).at(0).gpu_types, Types{"a100"});
  EXPECT_EQ(Demands({Class({.central_only = true})}, {}, offers).at(0).gpu_types, Types{"a100"});
  EXPECT_TRUE(Demands({Class({.region = "us"})}, {}, offers).at(0).gpu_types.empty());
}

TEST(WorkerDemandTest, ATypeThatTheFleetLacksIsNotAskedFor) {
  EXPECT_EQ(Demands({Class({})}, {}, {{.gpu_type = "a100", .total = 1}}).at(0).gpu_types,
            Types{"a100"});
  EXPECT_TRUE(Demands({Class({})}, {}, {{.gpu_type = "a100", .total = 0}}).at(0).gpu_types.empty());
}

TEST(WorkerDemandTest, AWorkerServesWhatItMayTakeEvenAfterAWait) {
  const auto demands = Demands(
      {Class({.gpu_types = {"h100", "a100"}, .fallback_after = absl::Hours(1), .region = "eu"})});
  EXPECT_TRUE(MayServe({.gpu_type = "a100", .traits = {.region = "eu"}}, demands));
  EXPECT_FALSE(MayServe({.gpu_type = "a100", .traits = {.region = "us"}}, demands));
  EXPECT_FALSE(MayServe({.gpu_type = "h100"}, {}));
}

TEST(WorkerDemandTest, AWorkerThatLeavesCoversNothing) {
  EXPECT_FALSE(
      Demands({Class({})}, {{.id = "w", .gpu_type = "a100", .draining = true}}).at(0).covered);
}

}  // namespace
}  // namespace furnace::scheduler
