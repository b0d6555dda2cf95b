#include "services/scheduler/domain/fair_share.h"

#include <gtest/gtest.h>

#include <cmath>

namespace furnace::scheduler {
namespace {

using Ids = std::vector<std::string>;
using Indices = std::vector<std::size_t>;

constexpr absl::Time kStart = absl::FromUnixSeconds(1'000'000);

// The account of projects that have held so many GPUs for a minute.
GpuUse After(const std::map<std::string, int>& gpus, std::map<std::string, int> weights = {}) {
  GpuUse use({.weights = std::move(weights)});
  use.Advance(kStart, {});
  use.Advance(kStart + absl::Minutes(1), gpus);
  return use;
}

StartRequest For(std::string project_id, Indices kinds = {0}, int gpus = 1) {
  return {.project_id = std::move(project_id), .kinds = std::move(kinds), .gpus = gpus};
}

HeldGpus Held(std::string worker_id, std::string project_id) {
  return {.worker_id = std::move(worker_id),
          .project_id = std::move(project_id),
          .held_for = absl::Minutes(1)};
}

Indices Started(const StartPlan& plan) {
  Indices requests;
  for (const StartPlan::Start& start : plan.starts) requests.push_back(start.request);
  return requests;
}

TEST(GpuUseTest, CountsGpuTimeByWeightAndForgetsHalfOfItInAHalfLife) {
  GpuUse use({.half_life = absl::Seconds(100), .weights = {{"heavy", 4}}});
  use.Advance(kStart, {{"light", 9}});
  EXPECT_EQ(use.Of("light"), 0) << "nothing is known of the time before";
  use.Advance(kStart + absl::Seconds(1), {{"light", 2}, {"heavy", 2}});
  EXPECT_EQ(use.Of("light"), 2'000'000);
  EXPECT_EQ(use.Of("heavy"), 500'000);
  use.Advance(kStart + absl::Seconds(101), {});
  EXPECT_EQ(use.Of("light"), 1'000'000);
  use.Advance(kStart, {{"light", 9}});
  EXPECT_EQ(use.Of("light"), 1'000'000) << "the clock was set back";
  EXPECT_EQ(use.Of("nobody"), 0);
}

TEST(PlanStartsTest, TheProjectThatHasHadLeastGoesFirst) {
  const GpuUse use = After({{"much", 5}, {"little", 1}});
  const StartPlan plan = PlanStarts(use, {For("much"), For("little"), For("none")}, {{9, 2}}, {});
  EXPECT_EQ(Started(plan), (Indices{2, 1}));
  EXPECT_EQ(plan.outranked, Indices{0});
  EXPECT_TRUE(plan.yielding.empty());
}

TEST(PlanStartsTest, AGrantCountsSoThatProjectsTakeTurns) {
  const GpuUse use = After({});
  const StartPlan plan =
      PlanStarts(use, {For("a"), For("a"), For("a"), For("b"), For("b")}, {{9, 4}}, {});
  EXPECT_EQ(Started(plan), (Indices{0, 3, 1, 4}));
}

TEST(PlanStartsTest, WeightsAreSharesOfTheGpus) {
  const GpuUse use = After({}, {{"heavy", 3}});
  std::vector<StartRequest> requests(8, For("heavy"));
  requests.resize(16, For("light"));
  int heavy = 0;
  for (const auto& start : PlanStarts(use, requests, {{8, 8}}, {}).starts) {
    heavy += start.request < 8 ? 1 : 0;
  }
  EXPECT_EQ(heavy, 6);
}

TEST(PlanStartsTest, ARequestTakesTheFirstOfItsKindsThatIsFree) {
  const std::vector<GpuCapacity> capacities = {{1, 0}, {1, 1}, {1, 1}};
  const StartPlan plan = PlanStarts(After({}), {For("a", {0, 2, 1})}, capacities, {});
  ASSERT_EQ(plan.starts.size(), 1U);
  EXPECT_EQ(plan.starts[0].kind, 2U);
}

TEST(PlanStartsTest, GpusAreKeptForARequestThatNeedsMoreOfThem) {
  const GpuUse use = After({{"small", 1}});
  std::vector<HeldGpus> held = {Held("s", "small")};
  const StartPlan plan = PlanStarts(use, {For("small"), For("large", {0}, 4)}, {{4, 3}}, held);
  EXPECT_TRUE(plan.starts.empty());
  EXPECT_EQ(plan.yielding, Ids{"s"});
  EXPECT_EQ(plan.no_room, Indices{1});
  EXPECT_EQ(plan.outranked, Indices{0});
}

TEST(PlanStartsTest, NothingIsKeptAndNobodyYieldsForWhatWouldNotBeEnough) {
  const GpuUse use = After({{"small", 1}});
  std::vector<HeldGpus> held = {Held("s", "small"), Held("l", "large")};
  const std::vector<StartRequest> requests = {For("small"), For("large", {0, 1}, 4)};
  const StartPlan plan = PlanStarts(use, requests, {{4, 2}, {4, 2}}, held);
  EXPECT_EQ(Started(plan), Indices{0});
  EXPECT_TRUE(plan.yielding.empty());
  EXPECT_EQ(plan.no_room, Indices{1});
}

TEST(PlanStartsTest, WhatNobodyWaitsForTakesOnlyWhatIsLeft) {
  const GpuUse use = After({{"busy", 3}});
  StartRequest warm = For("warm");
  warm.spare = true;
  const std::vector<HeldGpus> held = {Held("b", "busy")};
  EXPECT_TRUE(PlanStarts(use, {warm}, {{1, 0}}, held).yielding.empty());
  EXPECT_EQ(Started(PlanStarts(use, {warm, For("busy")}, {{2, 1}}, held)), Indices{1});
  EXPECT_EQ(Started(PlanStarts(use, {warm, For("busy")}, {{3, 2}}, held)), (Indices{1, 0}));
}

TEST(PlanStartsTest, ASmallLeadMovesNobody) {
  GpuUse use({.quantum = absl::Seconds(10)});
  use.Advance(kStart, {});
  use.Advance(kStart + absl::Seconds(10), {{"a", 1}});
  const std::vector<HeldGpus> held = {Held("w", "a")};
  EXPECT_TRUE(PlanStarts(use, {For("b")}, {{1, 0}}, held).yielding.empty());
  use.Advance(kStart + absl::Seconds(11), {{"a", 1}});
  EXPECT_EQ(PlanStarts(use, {For("b")}, {{1, 0}}, held).yielding, Ids{"w"});
}

TEST(PlanStartsTest, AWorkerOfAProjectThatHasHadMoreYields) {
  const GpuUse use = After({{"hog", 3}, {"modest", 1}});
  std::vector<HeldGpus> held = {Held("m1", "modest"), Held("h1", "hog"), Held("h2", "hog")};
  const auto yielding = [&] { return PlanStarts(use, {For("new")}, {{3, 0}}, held).yielding; };
  EXPECT_EQ(yielding(), Ids{"h1"});
  held[2].held_for = absl::Hours(1);
  EXPECT_EQ(yielding(), Ids{"h2"}) << "the longest held of the greatest use";
  held[0].idle = true;
  EXPECT_EQ(yielding(), Ids{"m1"}) << "an idle one costs nobody";
  held[0].held_for = held[1].held_for = held[2].held_for = absl::Seconds(9);
  EXPECT_TRUE(yielding().empty()) << "each has a quantum";
  held[1].leaving = true;
  held[2].held_for = absl::Hours(1);
  EXPECT_TRUE(yielding().empty()) << "room is coming";
}

TEST(PlanStartsTest, NobodyYieldsToAProjectThatHasHadAsMuch) {
  const GpuUse use = After({{"a", 1}, {"b", 1}});
  EXPECT_TRUE(PlanStarts(use, {For("a")}, {{1, 0}}, {Held("w", "b")}).yielding.empty());
  EXPECT_TRUE(PlanStarts(use, {For("a")}, {{1, 0}}, {Held("w", "a")}).yielding.empty());
  EXPECT_TRUE(PlanStarts(use, {For("c", {1})}, {{1, 0}, {1, 0}}, {Held("w", "b")}).yielding.empty())
      << "of another kind";
}

}  // namespace
}  // namespace furnace::scheduler
