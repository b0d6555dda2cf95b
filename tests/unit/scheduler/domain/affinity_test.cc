#include "services/scheduler/domain/affinity.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

const absl::Duration kNever = absl::InfiniteDuration();

TEST(AffinityTest, TheClassKeepsTheOrderOfPreference) {
  EXPECT_EQ(AffinityClass({}), "*");
  EXPECT_EQ(AffinityClass({.gpu_types = {"rtx4000"}}), "rtx4000");
  EXPECT_EQ(AffinityClass({.gpu_types = {"rtx4090", "rtx4000"}}), "rtx4090,rtx4000");
}

TEST(AffinityTest, AClassSaysAllThatIsAskedForAndNothingElse) {
  const Affinity all{.gpu_types = {"h100", "a100"},
                     .own_gpu_types = true,
                     .fallback_after = absl::Seconds(30),
                     .vram_min_mib = 24'000,
                     .region = "eu-central",
                     .central_only = true,
                     .model = "org/llama-3:8b",
                     .critical = true,
                     .background = true,
                     .window = "22:00-06:00,Europe/Berlin,1111111",
                     .spent_key = "a-key"};
  EXPECT_EQ(AffinityClass(all),
            "h100,a100|c=1|f=30000000|g=1|l=1|m=org/llama-3:8b|r=eu-central|t=c|v=24000"
            "|w=22:00-06:00,Europe/Berlin,1111111|k=a-key");
  EXPECT_EQ(ParseAffinityClass(AffinityClass(all)), all);
  EXPECT_EQ(ParseAffinityClass(AffinityClass({})), Affinity());
  EXPECT_EQ(AffinityClass({.gpu_types = {"a100"}, .fallback_after = absl::Seconds(1)}), "a100")
      << "there is nothing to fall back to";
}

TEST(AffinityTest, WhatIsNoTermIsLeftOut) {
  for (const char* text : {"a100|", "a100|x=1", "a100|vv", "a100||", "a100|="}) {
    EXPECT_EQ(ParseAffinityClass(text), Affinity{.gpu_types = {"a100"}}) << text;
  }
}

TEST(AffinityTest, AWorkerTakesTheJobsThatNameItsGpu) {
  const struct {
    std::string_view gpu_type;
    std::string_view affinity_class;
    bool takes;
  } cases[] = {
      {"rtx4000", "*", true},
      {"", "*", true},
      {"rtx4000", "rtx4000", true},
      {"rtx4000", "rtx4090,rtx4000", true},
      {"rtx4090", "rtx4090,rtx4000", true},
      {"h100", "rtx4090,h100,rtx4000", true},
      {"rtx4000", "rtx4090", false},
      {"rtx400", "rtx4000", false},  // A part of a name is not the name,
      {"tx4000", "rtx4000", false},  // at either end.
      {"rtx4000ada", "rtx4000", false},
      {"", "rtx4000", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(WaitBefore(ParseAffinityClass(c.affinity_class), c.gpu_type, {}, {}),
              c.takes ? absl::ZeroDuration() : kNever)
        << c.gpu_type << " for " << c.affinity_class;
  }
}

TEST(AffinityTest, AWorkerHasToHaveWhatIsAskedFor) {
  const WorkerTraits ours{.vram_mib = 24'000, .region = "eu"};
  const WorkerTraits theirs{.vram_mib = 24'000, .region = "eu", .federated = true};
  const struct {
    Affinity affinity;
    WorkerTraits worker;
    bool takes;
  } cases[] = {
      {{}, {}, true},
      {{}, theirs, true},
      {{.vram_min_mib = 24'000}, ours, true},
      {{.vram_min_mib = 24'001}, ours, false},
      {{.vram_min_mib = 1}, {}, false},  // Not known is not enough.
      {{.region = "eu"}, ours, true},
      {{.region = "us"}, ours, false},
      {{.region = "eu"}, {}, false},
      {{.central_only = true}, ours, true},
      {{.central_only = true}, theirs, false},
      {{.critical = true}, theirs, true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(WaitBefore(c.affinity, "a100", c.worker, {}), c.takes ? absl::ZeroDuration() : kNever)
        << AffinityClass(c.affinity);
  }
}

TEST(AffinityTest, AFallbackTakesAJobThatHasWaitedForThePreferredGpu) {
  const Affinity affinity{.gpu_types = {"h100", "a100"}, .fallback_after = absl::Seconds(30)};
  EXPECT_EQ(WaitBefore(affinity, "h100", {}, {}), absl::ZeroDuration());
  EXPECT_EQ(WaitBefore(affinity, "a100", {}, {}), absl::Seconds(30));
  EXPECT_EQ(WaitBefore(affinity, "rtx4000", {}, {}), kNever);
}

TEST(AffinityTest, AJobWaitsForAWarmWorkerIfThereIsOne) {
  const Affinity affinity{.model = "llama"};
  const WorkerTraits warm{.models = {"sdxl", "llama"}};
  EXPECT_EQ(WaitBefore(affinity, "a100", warm, {"llama", "sdxl"}), absl::ZeroDuration());
  EXPECT_EQ(WaitBefore(affinity, "a100", {}, {"llama"}), kWarmWait);
  EXPECT_EQ(WaitBefore(affinity, "a100", {}, {"sdxl"}), absl::ZeroDuration());
  EXPECT_EQ(WaitBefore(affinity, "a100", {}, {}), absl::ZeroDuration());
}

}  // namespace
}  // namespace furnace::scheduler
