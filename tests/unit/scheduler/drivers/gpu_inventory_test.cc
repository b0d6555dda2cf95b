#include "services/scheduler/drivers/process/gpu_inventory.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

TEST(ParseGpusTest, ReadsTypesCountsMemoryAndSimulation) {
  const auto pools =
      ParseGpus("rtx4000=2:20480:simulated,h100=8:81920,a10=1,none=0,b=1::simulated");
  ASSERT_TRUE(pools.ok()) << pools.status();
  ASSERT_EQ(pools->size(), 5U);
  const GpuPool& first = (*pools)[0];
  EXPECT_EQ(first.gpu_type, "rtx4000");
  EXPECT_EQ(first.total, 2);
  EXPECT_EQ(first.available, 2);
  EXPECT_EQ(first.vram_mib, 20480);
  EXPECT_TRUE(first.simulated);
  EXPECT_FALSE((*pools)[1].simulated);
  EXPECT_EQ((*pools)[2].vram_mib, 0);
  EXPECT_EQ((*pools)[3].total, 0);
  EXPECT_TRUE((*pools)[4].simulated);
  EXPECT_TRUE(ParseGpus("")->empty());
}

TEST(ParseGpusTest, RefusesEverythingElse) {
  for (const char* text :
       {"rtx4000", "=2", "rtx4000=", "rtx4000=x", "rtx4000=-1", "rtx4000=1025", "rtx4000=2x",
        "rtx4000=2:x", "rtx4000=2:1048577", "rtx4000=2:1:real",
        "rtx4000=2:1:simulated:", "a=1,,b=1", ",a=1", "a=1,a=2", "rtx4000=99999999999"}) {
    EXPECT_EQ(ParseGpus(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

Endpoint Wants(std::vector<std::string> types, int count = 1, int vram_min_mib = 0) {
  Endpoint endpoint;
  endpoint.gpu_types = std::move(types);
  endpoint.gpu_count = count;
  endpoint.vram_min_mib = vram_min_mib;
  return endpoint;
}

TEST(ChooseGpuTest, TakesTheFirstPreferenceThatIsFree) {
  const std::vector<GpuPool> pools = {
      {.gpu_type = "small", .vram_mib = 8000, .total = 4, .available = 4},
      {.gpu_type = "large", .vram_mib = 80000, .total = 2, .available = 1},
      {.gpu_type = "taken", .vram_mib = 80000, .total = 2, .available = 0},
      {.gpu_type = "unknown", .vram_mib = 0, .total = 1, .available = 1}};
  const auto ok = absl::StatusCode::kOk;
  const auto full = absl::StatusCode::kResourceExhausted;
  const auto never = absl::StatusCode::kFailedPrecondition;
  const struct {
    Endpoint endpoint;
    absl::StatusCode code;
    std::string gpu_type;
  } cases[] = {
      {Wants({"small"}), ok, "small"},
      {Wants({"large", "small"}), ok, "large"},
      {Wants({"taken", "small"}), ok, "small"},
      {Wants({"large", "small"}, 2), ok, "small"},
      {Wants({"small"}, 4), ok, "small"},
      {Wants({"small"}, 5), never, ""},
      {Wants({"large"}, 2), full, ""},
      {Wants({"taken"}), full, ""},
      {Wants({"taken", "h100"}), full, ""},
      {Wants({"h100"}), never, ""},
      {Wants({}), never, ""},
      {Wants({"small", "large"}, 1, 8000), ok, "small"},
      {Wants({"small", "large"}, 1, 8001), ok, "large"},
      {Wants({"small"}, 1, 8001), never, ""},
      {Wants({"unknown"}, 1, 8001), ok, "unknown"},  // Nobody said how much it has.
  };
  for (const auto& c : cases) {
    const auto gpu = ChooseGpu(pools, c.endpoint);
    EXPECT_EQ(gpu.status().code(), c.code) << gpu.status();
    EXPECT_EQ(gpu.ok() ? gpu->gpu_type : "", c.gpu_type);
  }
}

}  // namespace
}  // namespace furnace::scheduler
