#include "services/scheduler/domain/admission.h"

#include <gtest/gtest.h>

#include <string>

namespace furnace::scheduler {
namespace {

constexpr AdmissionLimits kLimits = {.suite = {.jobs = 100, .bytes = 1000},
                                     .project = {.jobs = 10, .bytes = 200}};

struct AdmissionCase {
  const char* name;
  QueueLoad suite;
  QueueLoad project;
  QueueLoad asked;
  const char* refusal;  // Part of the message; empty: it is let in.
};

class CheckAdmissionTest : public testing::TestWithParam<AdmissionCase> {};

TEST_P(CheckAdmissionTest, NamesTheLimitThatWouldBePassed) {
  const AdmissionCase& test = GetParam();
  const absl::Status status = CheckAdmission(kLimits, test.suite, test.project, test.asked);
  if (std::string(test.refusal).empty()) {
    EXPECT_TRUE(status.ok()) << status;
    return;
  }
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_NE(status.message().find(test.refusal), std::string::npos) << status;
}

INSTANTIATE_TEST_SUITE_P(
    Table, CheckAdmissionTest,
    testing::ValuesIn<AdmissionCase>({
        {"Empty", {}, {}, {1, 10}, ""},
        {"UpToTheLimits", {90, 800}, {0, 0}, {10, 200}, ""},
        {"JobsOfTheProject", {0, 0}, {10, 0}, {1, 0}, "jobs of the project wait: at most 10"},
        {"BytesOfTheProject", {0, 0}, {1, 150}, {1, 51}, "at most 200 bytes"},
        {"JobsOfAll", {100, 0}, {0, 0}, {1, 0}, "jobs of all projects wait: at most 100"},
        {"BytesOfAll", {5, 999}, {0, 0}, {1, 2}, "at most 1000 bytes"},
        {"ABatchIsLetInWholeOrNotAtAll", {0, 0}, {5, 0}, {6, 0}, "at most 10"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(WithQuotaTest, AProjectsQuotaReplacesWhatEachMayHave) {
  EXPECT_EQ(WithQuota(kLimits, 0).project.jobs, 10);
  EXPECT_EQ(WithQuota(kLimits, 50).project.jobs, 50);
  EXPECT_EQ(WithQuota(kLimits, 5).project.bytes, 200);
  EXPECT_TRUE(WithQuota({}, 1).any());
}

TEST(CheckAdmissionTest, ZeroIsNoLimit) {
  const QueueLoad much = {.jobs = 1'000'000'000, .bytes = 1'000'000'000'000};
  EXPECT_TRUE(CheckAdmission({}, much, much, much).ok());
  EXPECT_FALSE(AdmissionLimits{}.any());
  EXPECT_TRUE(kLimits.any());
}

}  // namespace
}  // namespace furnace::scheduler
