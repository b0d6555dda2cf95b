#include "services/worker/domain/gpu.h"

#include <gtest/gtest.h>

#include <string>

namespace furnace::worker {
namespace {

using Kin = GpuProcess::Kin;

struct ProblemCase {
  const char* name;
  GpuReading reading;
  const char* problem;
};

class GpuProblemTest : public ::testing::TestWithParam<ProblemCase> {};

TEST_P(GpuProblemTest, IsNamed) { EXPECT_EQ(ProblemOf(GetParam().reading), GetParam().problem); }

INSTANTIATE_TEST_SUITE_P(
    Table, GpuProblemTest,
    ::testing::ValuesIn<ProblemCase>({
        {"AGpuAtWorkIsWell",
         {.memory_used_mib = 80'000, .utilization_percent = 100, .temperature_celsius = 88},
         ""},
        {"AProgramsBadAccessIsNot", {.last_xid = 31}, ""},
        {"AContainedErrorIsNot", {.last_xid = 94}, ""},
        {"AnErrorOfTheMemoryIs", {.last_xid = 48}, "error XID 48"},
        {"FallenOffTheBusIs", {.last_xid = 79}, "error XID 79"},
        {"AnUnknownErrorIs", {.last_xid = 999}, "error XID 999"},
        {"UncorrectedErrorsAre", {.ecc_uncorrected = 2}, "2 uncorrected memory errors"},
        {"TheErrorGoesBeforeItsCount", {.last_xid = 95, .ecc_uncorrected = 2}, "error XID 95"},
        {"ALostGpuIs", {.last_xid = 79, .lost = true}, "the driver does not reach it any more"},
    }),
    [](const auto& test) { return test.param.name; });

GpuMemory Used(std::int64_t used_mib, std::vector<GpuProcess> processes) {
  return {.used_mib = used_mib, .processes = std::move(processes)};
}

struct MemoryCase {
  const char* name;
  std::vector<GpuMemory> gpus;
  std::int64_t used_mib;
};

class HandlerMemoryTest : public ::testing::TestWithParam<MemoryCase> {};

TEST_P(HandlerMemoryTest, IsThis) {
  EXPECT_EQ(HandlerMemoryMib(GetParam().gpus), GetParam().used_mib);
}

INSTANTIATE_TEST_SUITE_P(
    Table, HandlerMemoryTest,
    ::testing::ValuesIn<MemoryCase>({
        {"NoGpuNoMemory", {}, 0},
        {"OnlyItsOwnProcessesCount", {Used(900, {{Kin::kHandler, 300}, {Kin::kOther, 500}})}, 300},
        {"AllOfItsProcessesCount", {Used(900, {{Kin::kHandler, 300}, {Kin::kHandler, 50}})}, 350},
        {"AllItsGpusCount",
         {Used(400, {{Kin::kHandler, 300}}), Used(9, {{Kin::kHandler, 7}})},
         307},
        {"OthersAloneAreNotIts", {Used(900, {{Kin::kOther, 800}})}, 0},
        {"HiddenProcessesAreIts", {Used(900, {{Kin::kUnknown, 800}})}, 900},
        {"AnEmptyListHidesThem", {Used(900, {})}, 900},
        {"AnIdleGpuIsNotUsed", {Used(64, {})}, 0},
        {"NoListMeansTheWholeGpu", {{.used_mib = 900, .processes = {}}}, 900},
        {"NoSizeMeansTheWholeGpu", {Used(900, {{Kin::kHandler, {}}})}, 900},
        {"TheSizeOfOthersDoesNotMatter", {Used(900, {{Kin::kOther, {}}, {Kin::kHandler, 70}})}, 70},
    }),
    [](const auto& test) { return test.param.name; });

std::vector<GpuInfo> Gpus(std::size_t count) {
  std::vector<GpuInfo> gpus;
  for (std::size_t i = 0; i < count; ++i) {
    gpus.push_back({.uuid = "GPU-" + std::to_string(i) + "f", .model = "m", .memory_mib = 1});
  }
  return gpus;
}

struct VisibleCase {
  const char* name;
  const char* visible;
  std::vector<std::size_t> indices;
};

class VisibleGpusTest : public ::testing::TestWithParam<VisibleCase> {};

TEST_P(VisibleGpusTest, AreThese) {
  EXPECT_EQ(VisibleGpus(Gpus(4), GetParam().visible), GetParam().indices);
}

INSTANTIATE_TEST_SUITE_P(Table, VisibleGpusTest,
                         ::testing::ValuesIn<VisibleCase>({
                             {"All", "all", {0, 1, 2, 3}},
                             {"None", "", {}},
                             {"NoDevices", "NoDevFiles", {}},
                             {"OneByIndex", "2", {2}},
                             {"InTheirOrder", "3,0", {3, 0}},
                             {"ByUuid", "GPU-1f,GPU-0f", {1, 0}},
                             {"ByTheBeginningOfAUuid", "GPU-3", {3}},
                             {"UpToOneThatIsNot", "1,9,2", {1}},
                             {"UpToMinusOne", "0,-1,2", {0}},
                             {"UpToARepetition", "0,0,1", {0}},
                             {"ATrailingCommaIsNoGpu", "0,", {0}},
                             {"ASpaceIsPartOfNone", "0, 1", {0}},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(VisibleGpusLimitTest, AreNotMoreThanTheLimit) {
  EXPECT_EQ(VisibleGpus(Gpus(40), "all").size(), kGpusMax);
  EXPECT_TRUE(VisibleGpus({}, "all").empty());
}

}  // namespace
}  // namespace furnace::worker
