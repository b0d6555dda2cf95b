#include "cli/dev/gpus.h"

#include <gtest/gtest.h>

namespace furnace::dev {
namespace {

struct TypeCase {
  const char* name;
  const char* product;
  const char* expected;
};

class GpuTypeOfTest : public testing::TestWithParam<TypeCase> {};

TEST_P(GpuTypeOfTest, NamesTheModel) {
  EXPECT_EQ(GpuTypeOf(GetParam().product), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Table, GpuTypeOfTest,
                         testing::ValuesIn<TypeCase>({
                             {"Rtx4000", "NVIDIA RTX 4000 SFF Ada Generation", "rtx4000"},
                             {"Rtx4090", "NVIDIA GeForce RTX 4090", "rtx4090"},
                             {"Laptop", "NVIDIA GeForce RTX 3080 Laptop GPU", "rtx3080"},
                             {"Ti", "NVIDIA GeForce GTX 1080 Ti", "gtx1080ti"},
                             {"H200", "NVIDIA H200", "h200"},
                             {"A100", "NVIDIA A100-SXM4-80GB", "a100"},
                             {"H100Pcie", "NVIDIA H100 PCIe", "h100"},
                             {"H100Memory", "NVIDIA H100 80GB HBM3", "h100"},
                             {"T4", "Tesla T4", "t4"},
                             {"L40s", "NVIDIA L40S", "l40s"},
                             {"A6000", "NVIDIA RTX A6000", "rtxa6000"},
                             {"OnlyNoise", "NVIDIA GPU", ""},
                             {"Empty", "", ""},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(ParseNvidiaSmiTest, OneCard) {
  EXPECT_EQ(ParseNvidiaSmi("NVIDIA H200, 143771\n"), "h200=1:143771");
}

TEST(ParseNvidiaSmiTest, CardsOfOneTypeCountTogetherWithTheSmallestMemory) {
  EXPECT_EQ(ParseNvidiaSmi("NVIDIA A100-SXM4-80GB, 81920\nNVIDIA A100-SXM4-40GB, 40960\n"
                           "NVIDIA GeForce RTX 4090, 24564"),
            "a100=2:40960,rtx4090=1:24564");
}

TEST(ParseNvidiaSmiTest, WhatItDoesNotUnderstandIsLeftOut) {
  EXPECT_EQ(ParseNvidiaSmi(""), "");
  EXPECT_EQ(ParseNvidiaSmi("NVIDIA-SMI has failed because it couldn't communicate\n"), "");
  EXPECT_EQ(ParseNvidiaSmi("NVIDIA H200, [N/A]\nNVIDIA T4, 15360\n, 5\n"), "t4=1:15360");
}

}  // namespace
}  // namespace furnace::dev
