#include "cli/commands/worker_gpu_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

using testing::ContainsRegex;

std::string Describe(const std::string& worker) {
  return DescribeWorkerGpus(Answer::Parse(R"({"workers":[)" + worker + "]}")->Items("workers"));
}

TEST(DescribeWorkerGpusTest, EachGpuHasARowWithWhatItSaidLast) {
  const std::string shown = Describe(
      R"({"id":"w-1","gpus":[{"model":"NVIDIA H200","uuid":"GPU-1","memory_mib":81920},)"
      R"({"model":"NVIDIA H200","uuid":"GPU-2","memory_mib":81920}],)"
      R"("gpu_readings":[{"uuid":"GPU-2","memory_used_mib":20480,"utilization_percent":45,)"
      R"("temperature_celsius":61,"power_watts":351,"last_xid":79,"ecc_uncorrected":2,)"
      R"("problem":"error XID 79"}]})");
  EXPECT_THAT(shown, ContainsRegex("w-1 +NVIDIA H200 +GPU-1 +80 GiB +- +- +- +- +-\n"));
  EXPECT_THAT(shown, ContainsRegex("w-1 +NVIDIA H200 +GPU-2 +20 GiB of 80 GiB +45 % +61 C +351 W "
                                   "+79 +2 +error XID 79\n"));
}

TEST(DescribeWorkerGpusTest, AWorkerWithoutGpusHasARowOfItsOwn) {
  EXPECT_THAT(Describe(R"({"id":"w-1","gpu_type":"rtx4000"})"),
              ContainsRegex("w-1 +rtx4000 +- +- +- +- +- +- +-\n"));
}

TEST(DescribeWorkerGpusTest, WithoutWorkersThereIsNothing) {
  EXPECT_EQ(DescribeWorkerGpus({}), "none\n");
}

}  // namespace
}  // namespace furnace::cli
