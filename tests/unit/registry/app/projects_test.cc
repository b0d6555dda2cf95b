#include "services/registry/app/projects.h"

#include <gtest/gtest.h>

#include "libs/common/base/uuid.h"
#include "tests/support/registry_clock.h"
#include "tests/support/registry_stores.h"

namespace furnace::registry {
namespace {

class ProjectsTest : public testing::Test {
 protected:
  Caller CallerIn(const Project& project, Role role) {
    return {.project_id = project.id, .role = role};
  }

  FakeClock clock_;
  MemoryProjectStore store_;
  Projects projects_{store_, clock_};
};

TEST_F(ProjectsTest, CreateMakesAnIdAndStoresTheTimeToTheMicrosecond) {
  const auto project = projects_.Create("team-a", "");
  ASSERT_TRUE(project.ok()) << project.status();
  EXPECT_TRUE(IsUuid(project->id));
  EXPECT_EQ(project->created_at, absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now())));
  EXPECT_EQ(store_.Get(project->id)->name, "team-a");
}

TEST_F(ProjectsTest, CreateTakesTheIdThePlatformKnows) {
  const std::string id = "01890000-0000-7000-8000-000000000001";
  EXPECT_EQ(projects_.Create("team-a", id)->id, id);
  EXPECT_TRUE(absl::IsAlreadyExists(projects_.Create("team-b", id).status()));
  EXPECT_TRUE(absl::IsAlreadyExists(projects_.Create("team-a", "").status()));
}

TEST_F(ProjectsTest, CreateChecksNameAndId) {
  EXPECT_TRUE(absl::IsInvalidArgument(projects_.Create("Team", "").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(projects_.Create("team", "me").status()));
}

TEST_F(ProjectsTest, GetAnswersTheOwnProjectAndToAnOperatorAny) {
  const Project own = *projects_.Create("own", "");
  const Project other = *projects_.Create("other", "");
  EXPECT_EQ(projects_.Get(CallerIn(own, Role::kViewer), "me")->name, "own");
  EXPECT_EQ(projects_.Get(CallerIn(own, Role::kViewer), own.id)->name, "own");
  EXPECT_TRUE(absl::IsNotFound(projects_.Get(CallerIn(own, Role::kAdmin), other.id).status()));
  EXPECT_EQ(projects_.Get(CallerIn(own, Role::kOperator), other.id)->name, "other");
}

TEST_F(ProjectsTest, ListShowsTheOwnProjectAndToAnOperatorAll) {
  const Project own = *projects_.Create("own", "");
  ASSERT_TRUE(projects_.Create("other", "").ok());
  const auto seen_by_admin = projects_.List(CallerIn(own, Role::kAdmin));
  ASSERT_EQ(seen_by_admin->size(), 1u);
  EXPECT_EQ(seen_by_admin->at(0).name, "own");
  const auto seen_by_operator = projects_.List(CallerIn(own, Role::kOperator));
  ASSERT_EQ(seen_by_operator->size(), 2u);
  EXPECT_EQ(seen_by_operator->at(0).name, "other");
}

TEST_F(ProjectsTest, AQuotaIsStoredWhenItIsValid) {
  const Project own = *projects_.Create("own", "");
  const Project other = *projects_.Create("other", "");
  const Caller caller = CallerIn(own, Role::kOperator);
  const ProjectQuota quota = {.max_queued_jobs = 5};
  EXPECT_EQ(projects_.SetQuota(caller, other.id, quota)->quota, quota);
  EXPECT_EQ(projects_.Get(caller, other.id)->quota, quota);
  EXPECT_TRUE(absl::IsInvalidArgument(
      projects_.SetQuota(caller, other.id, {.max_queued_jobs = -1}).status()));
  EXPECT_TRUE(absl::IsNotFound(projects_.SetQuota(caller, "nobody", quota).status()));
  EXPECT_EQ(projects_.ListWithQuota("", 0)->size(), 1u);
  EXPECT_TRUE(projects_.ListWithQuota(other.id, 0)->empty());
  EXPECT_TRUE(absl::IsInvalidArgument(projects_.ListWithQuota("x", 0).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(projects_.ListWithQuota("", 1001).status()));
}

}  // namespace
}  // namespace furnace::registry
