// What every ProjectStore must do.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/contract/registry/samples.h"

namespace furnace::registry {

/// `Backend` offers projects() and starts each test empty.
template <typename Backend>
class ProjectStoreContract : public testing::Test {
 protected:
  ProjectStore& store() { return backend_.projects(); }

 private:
  Backend backend_;
};
TYPED_TEST_SUITE_P(ProjectStoreContract);

inline void ExpectSame(const Project& a, const Project& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.quota, b.quota);
}

TYPED_TEST_P(ProjectStoreContract, GetReturnsWhatCreateStored) {
  const Project project = SampleProject("team-a");
  ASSERT_TRUE(this->store().Create(project).ok());
  ExpectSame(*this->store().Get(project.id), project);
}

TYPED_TEST_P(ProjectStoreContract, GetOfAnUnknownIdIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(this->store().Get(SampleId()).status()));
}

TYPED_TEST_P(ProjectStoreContract, CreateWithATakenNameOrIdAlreadyExists) {
  const Project project = SampleProject("team-a");
  ASSERT_TRUE(this->store().Create(project).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(this->store().Create(SampleProject("team-a"))));
  Project same_id = project;
  same_id.name = "team-b";
  EXPECT_TRUE(absl::IsAlreadyExists(this->store().Create(same_id)));
  EXPECT_EQ(this->store().List(10)->size(), 1u);
}

TYPED_TEST_P(ProjectStoreContract, EnsureCreatesOnceAndThenReturnsTheFirst) {
  const Project first = SampleProject("default");
  ExpectSame(*this->store().Ensure(first), first);
  ExpectSame(*this->store().Ensure(SampleProject("default")), first);
}

TYPED_TEST_P(ProjectStoreContract, ListIsByNameAndLimited) {
  for (const char* name : {"b", "a-z", "a", "a0"}) {
    ASSERT_TRUE(this->store().Create(SampleProject(name)).ok());
  }
  const std::vector<Project> projects = *this->store().List(3);
  std::vector<std::string> names;
  for (const Project& project : projects) names.push_back(project.name);
  EXPECT_THAT(names, testing::ElementsAre("a", "a-z", "a0"));
}

TYPED_TEST_P(ProjectStoreContract, AQuotaIsKeptWithItsProject) {
  Project project = SampleProject("team-a");
  ASSERT_TRUE(this->store().Create(project).ok());
  project.quota = {
      .max_queued_jobs = 1, .max_concurrent_gpus = 2, .max_requests_per_day = 1'000'000'000'000};
  ExpectSame(*this->store().SetQuota(project.id, project.quota), project);
  ExpectSame(*this->store().Get(project.id), project);
  ExpectSame(*this->store().Ensure(SampleProject("team-a")), project);
  ExpectSame(this->store().List(10)->at(0), project);
  project.quota = {};
  ExpectSame(*this->store().SetQuota(project.id, {}), project);
}

TYPED_TEST_P(ProjectStoreContract, AQuotaOfAnUnknownProjectIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(this->store().SetQuota(SampleId(), {}).status()));
}

TYPED_TEST_P(ProjectStoreContract, ProjectsWithAQuotaAreListedByIdPageByPage) {
  std::vector<std::string> limited;
  for (const char* name : {"c", "a", "b", "none"}) {
    const Project project = SampleProject(name);
    ASSERT_TRUE(this->store().Create(project).ok());
    if (project.name == "none") continue;
    ASSERT_TRUE(this->store().SetQuota(project.id, {.max_concurrent_gpus = 1}).ok());
    limited.push_back(project.id);
  }
  std::sort(limited.begin(), limited.end());
  std::vector<std::string> listed;
  for (std::string after;;) {
    const std::vector<Project> page = *this->store().ListWithQuota(after, 2);
    for (const Project& project : page) listed.push_back(project.id);
    if (page.size() < 2) break;
    after = listed.back();
  }
  EXPECT_EQ(listed, limited);
}

REGISTER_TYPED_TEST_SUITE_P(ProjectStoreContract, AQuotaIsKeptWithItsProject,
                            AQuotaOfAnUnknownProjectIsNotFound,
                            ProjectsWithAQuotaAreListedByIdPageByPage, GetReturnsWhatCreateStored,
                            GetOfAnUnknownIdIsNotFound, CreateWithATakenNameOrIdAlreadyExists,
                            EnsureCreatesOnceAndThenReturnsTheFirst, ListIsByNameAndLimited);

}  // namespace furnace::registry
