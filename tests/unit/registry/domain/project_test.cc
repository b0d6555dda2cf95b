#include "services/registry/domain/project.h"

#include <gtest/gtest.h>

namespace furnace::registry {
namespace {

constexpr char kId[] = "01890000-0000-7000-8000-000000000001";

Project With(const std::string& id, const std::string& name) {
  return {.id = id, .name = name, .created_at = absl::UnixEpoch()};
}

TEST(ValidateProjectTest, TakesAnyUuidAndAName) {
  EXPECT_TRUE(Validate(With(kId, "team-a")).ok());
  EXPECT_TRUE(Validate(With("00000000-0000-0000-0000-000000000000", "x")).ok());
}

TEST(ValidateProjectTest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(Validate(With(kId, "")).message(), "name: required");
  EXPECT_EQ(Validate(With("abc", "team-a")).message(), "id: 'abc' is not a UUID in lower case");
  EXPECT_TRUE(
      absl::IsInvalidArgument(Validate(With("01890000-0000-7000-8000-00000000000A", "team-a"))));
}

TEST(ValidateQuotaTest, TakesWhatIsInItsRange) {
  EXPECT_TRUE(Validate(ProjectQuota{}).ok());
  EXPECT_TRUE(Validate(ProjectQuota{.max_queued_jobs = 1'000'000'000,
                                    .max_concurrent_gpus = 1'000'000,
                                    .max_requests_per_day = 1'000'000'000'000})
                  .ok());
}

TEST(ValidateQuotaTest, NamesTheFieldThatIsWrong) {
  struct Case {
    ProjectQuota quota;
    std::string error;
  };
  for (const Case& c :
       {Case{{.max_queued_jobs = -1}, "quota.max_queued_jobs: -1 is not from 0 to 1000000000"},
        Case{{.max_concurrent_gpus = 1'000'001},
             "quota.max_concurrent_gpus: 1000001 is not from 0 to 1000000"},
        Case{{.max_requests_per_day = INT64_MAX},
             "quota.max_requests_per_day: 9223372036854775807 is not from 0 to 1000000000000"}}) {
    EXPECT_EQ(Validate(c.quota).message(), c.error);
  }
}

}  // namespace
}  // namespace furnace::registry
