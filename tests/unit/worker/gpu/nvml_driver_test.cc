#include "services/worker/gpu/nvml_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/worker/fake_nvml_copy.h"

namespace furnace::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class NvmlDriverTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<GpuDriver>> Open(std::string_view visible = "all") {
    return NvmlDriver::Open(library_.path(), visible);
  }

  testing::FakeNvmlCopy library_;
};

TEST_F(NvmlDriverTest, NoLibraryIsNoGpu) {
  const auto driver = NvmlDriver::Open("/nowhere/libnvidia-ml.so.1", "all");
  EXPECT_TRUE(absl::IsNotFound(driver.status())) << driver.status();
}

TEST_F(NvmlDriverTest, AnotherLibraryIsNoDriver) {
  const auto driver = NvmlDriver::Open("libm.so.6", "all");
  EXPECT_TRUE(absl::IsFailedPrecondition(driver.status())) << driver.status();
  EXPECT_THAT(std::string(driver.status().message()), HasSubstr("nvmlInit_v2"));
}

TEST_F(NvmlDriverTest, ADriverThatDoesNotWorkSaysWhy) {
  library_.Say("broken\n");
  const auto driver = Open();
  EXPECT_TRUE(absl::IsFailedPrecondition(driver.status())) << driver.status();
  EXPECT_THAT(std::string(driver.status().message()), HasSubstr("Driver Not Loaded"));
}

TEST_F(NvmlDriverTest, ADriverWithoutGpusIsNoGpu) {
  library_.Say("gpus 0\n");
  EXPECT_TRUE(absl::IsNotFound(Open().status()));
  library_.Say("gpus 2\n");
  EXPECT_TRUE(absl::IsNotFound(Open("").status()));
}

TEST_F(NvmlDriverTest, EachGpuIsDescribed) {
  library_.Say("gpus 2\n");
  EXPECT_THAT(
      (*Open())->gpus(),
      ElementsAre(GpuInfo{.uuid = "GPU-fake-0", .model = "NVIDIA H200", .memory_mib = 143'771},
                  GpuInfo{.uuid = "GPU-fake-1", .model = "NVIDIA H200", .memory_mib = 143'771}));
  EXPECT_THAT((*Open("1"))->gpus(), SizeIs(1));
  EXPECT_EQ((*Open("1"))->gpus()[0].uuid, "GPU-fake-1");
}

TEST_F(NvmlDriverTest, AReadingHasAllThatTheGpuSays) {
  library_.Say("gpus 2\nused 1 900\necc 1 3\n");
  const auto driver = Open("1");
  EXPECT_THAT((*driver)->Read(), ElementsAre(GpuReading{.uuid = "GPU-fake-1",
                                                        .memory_used_mib = 900,
                                                        .utilization_percent = 45,
                                                        .temperature_celsius = 61,
                                                        .power_watts = 351,
                                                        .ecc_uncorrected = 3}));
}

TEST_F(NvmlDriverTest, AnErrorIsRememberedWithItsGpu) {
  library_.Say("gpus 2\n");
  const auto driver = Open();
  EXPECT_EQ((*driver)->Read()[1].last_xid, 0);
  library_.Say("gpus 2\nxid 1 31\nxid 1 79\n");
  for (int i = 0; i < 2; ++i) {
    const auto readings = (*driver)->Read();
    EXPECT_EQ(readings[0].last_xid, 0);
    EXPECT_EQ(readings[1].last_xid, 79);
  }
}

TEST_F(NvmlDriverTest, ALostGpuIsStillReported) {
  library_.Say("gpus 1\n");
  const auto driver = Open();
  EXPECT_FALSE((*driver)->Read()[0].lost);
  library_.Say("gpus 1\nlost 0\n");
  EXPECT_TRUE((*driver)->Read()[0].lost);
}

TEST_F(NvmlDriverTest, TheUsersOfEachGpuAreToldApart) {
  library_.Say("gpus 2\nused 0 900\nprocess 0 11 300\nprocess 0 12 -\nprocess 1 13 7\n");
  const auto usages = (*Open())->Usages();
  ASSERT_THAT(usages, SizeIs(2));
  EXPECT_EQ(usages[0].used_mib, 900);
  ASSERT_THAT(*usages[0].users, SizeIs(2));
  EXPECT_EQ((*usages[0].users)[0].pid, 11);
  EXPECT_EQ((*usages[0].users)[0].memory_mib, 300);
  EXPECT_EQ((*usages[0].users)[1].memory_mib, std::nullopt);
  EXPECT_THAT(*usages[1].users, SizeIs(1));
}

}  // namespace
}  // namespace furnace::worker
