#include "services/scheduler/app/admission.h"

#include <functional>
#include <utility>

#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/fake_quota_source.h"
#include "tests/support/scheduler/memory_queue_loads.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class AdmissionTest : public QueueFixture {
 protected:
  AdmissionTest() {
    source_.Put(endpoint_);
    source_.Put(neighbour_);
    EXPECT_TRUE(catalog_.Refresh().ok());
    EXPECT_TRUE(admission_.Refresh().ok());
  }

  bool Admits(std::int64_t jobs, std::int64_t bytes = 0) {
    return admission_.Admit(endpoint_.project_id, {.jobs = jobs, .bytes = bytes}).ok();
  }
  bool AdmitsNeighbour(std::int64_t jobs) {
    return admission_.Admit(neighbour_.project_id, {.jobs = jobs, .bytes = 0}).ok();
  }

  const Endpoint neighbour_ = AnEndpoint();
  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  MemoryQueueLoads loads_{queue_};
  Admission admission_{
      loads_, catalog_, {.suite = {.jobs = 6, .bytes = 0}, .project = {.jobs = 4, .bytes = 20}}};
};

TEST_F(AdmissionTest, CountsWhatItHasAdmittedSinceItLooked) {
  EXPECT_TRUE(Admits(4));
  EXPECT_FALSE(Admits(1));
}

TEST_F(AdmissionTest, SeesWhatWaitsAndWhatDoesNotAnyMore) {
  for (int i = 0; i < 4; ++i) Submit();
  ASSERT_TRUE(admission_.Refresh().ok());
  EXPECT_FALSE(Admits(1));
  Claim(2);
  ASSERT_TRUE(admission_.Refresh().ok());
  EXPECT_TRUE(Admits(2));
  EXPECT_FALSE(Admits(1));
}

TEST_F(AdmissionTest, WhatWasAdmittedAndNotQueuedIsForgotten) {
  EXPECT_TRUE(Admits(4));
  ASSERT_TRUE(admission_.Refresh().ok());
  EXPECT_TRUE(Admits(4));
}

TEST_F(AdmissionTest, ARefusedSubmitTakesNoRoom) {
  EXPECT_FALSE(Admits(5));
  EXPECT_TRUE(Admits(4));
}

TEST_F(AdmissionTest, InputsAreCounted) {
  Submit(std::string(15, '1'));
  ASSERT_TRUE(admission_.Refresh().ok());
  EXPECT_FALSE(Admits(1, 6));
  EXPECT_TRUE(Admits(1, 5));
}

TEST_F(AdmissionTest, OneProjectCanNotFillAnothersShare) {
  EXPECT_TRUE(Admits(4));
  EXPECT_TRUE(AdmitsNeighbour(2));
  EXPECT_FALSE(AdmitsNeighbour(1));
}

TEST_F(AdmissionTest, WithoutALookTheOldViewStands) {
  EXPECT_TRUE(Admits(3));
  loads_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(admission_.Refresh()));
  EXPECT_TRUE(Admits(1));
  EXPECT_FALSE(Admits(1));
}

TEST_F(AdmissionTest, WhatIsAdmittedDuringALookCountsOnTopOfIt) {
  loads_.set_meanwhile([this] { EXPECT_TRUE(Admits(4)); });
  ASSERT_TRUE(admission_.Refresh().ok());
  EXPECT_FALSE(Admits(1));
}

TEST_F(AdmissionTest, WithoutLimitsNobodyLooks) {
  loads_.set_status(absl::UnavailableError("down"));
  Admission open(loads_, catalog_, {});
  EXPECT_TRUE(open.Refresh().ok());
  EXPECT_TRUE(open.Admit(endpoint_.project_id, {.jobs = 1'000'000'000, .bytes = 0}).ok());
}

class QuotaAdmissionTest : public AdmissionTest {
 protected:
  void SetQuota(const std::string& project_id, std::int64_t jobs) {
    quota_source_.quotas[project_id].max_queued_jobs = jobs;
    ASSERT_TRUE(quotas_.Refresh().ok());
  }
  absl::Status Admit(const std::string& project_id, std::int64_t jobs) {
    return limited_.Admit(project_id, {.jobs = jobs, .bytes = 0});
  }

  FakeQuotaSource quota_source_;
  ProjectQuotas quotas_{quota_source_};
  Admission limited_{
      loads_, catalog_, {.suite = {}, .project = {.jobs = 4, .bytes = 20}}, &quotas_};
};

TEST_F(QuotaAdmissionTest, AQuotaReplacesWhatEachProjectMayHave) {
  SetQuota(endpoint_.project_id, 6);
  SetQuota(neighbour_.project_id, 2);
  EXPECT_TRUE(Admit(endpoint_.project_id, 6).ok());
  const absl::Status refused = Admit(neighbour_.project_id, 3);
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_NE(refused.message().find("at most 2"), std::string::npos) << refused;
  SetQuota(neighbour_.project_id, 0);
  EXPECT_TRUE(Admit(neighbour_.project_id, 4).ok());
}

TEST_F(QuotaAdmissionTest, WhatWaitsIsSeenThoughOnlyQuotasLimitIt) {
  Admission open(loads_, catalog_, {}, &quotas_);
  for (int i = 0; i < 3; ++i) Submit();
  SetQuota(endpoint_.project_id, 3);
  ASSERT_TRUE(open.Refresh().ok());
  EXPECT_FALSE(open.Admit(endpoint_.project_id, {.jobs = 1, .bytes = 0}).ok());
  EXPECT_TRUE(open.Admit(neighbour_.project_id, {.jobs = 100, .bytes = 0}).ok());
}

}  // namespace
}  // namespace furnace::scheduler
