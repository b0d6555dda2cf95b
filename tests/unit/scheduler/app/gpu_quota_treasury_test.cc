// A Treasury that keeps quotas of GPUs.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include "services/scheduler/app/treasury.h"
#include "services/scheduler/domain/gpu_quota.h"
#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/fake_quota_source.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

/// Accounts of which something happens between reading and changing.
class BusyAccounts final : public BudgetAccounts {
 public:
  explicit BusyAccounts(MemoryJobQueue& queue) : accounts_(queue) {}

  absl::StatusOr<std::map<std::string, StoredAccount>> Read(int shard, bool fence) override {
    return accounts_.Read(shard, fence);
  }
  absl::Status Ask(int shard, const std::vector<std::string>& budget_ids) override {
    return accounts_.Ask(shard, budget_ids);
  }
  absl::StatusOr<std::vector<std::optional<std::int64_t>>> Change(
      int shard, const std::vector<AllowanceChange>& changes) override {
    if (meanwhile) meanwhile();
    return accounts_.Change(shard, changes);
  }

  std::function<void()> meanwhile;

 private:
  MemoryBudgetAccounts accounts_;
};

class GpuQuotaTreasuryTest : public QueueFixture {
 protected:
  static constexpr absl::Duration kLease = absl::Seconds(20);

  GpuQuotaTreasuryTest() {
    Add(endpoint_);
    leader_.Renew();
  }

  void Add(const Endpoint& endpoint) {
    source_.Put(endpoint);
    EXPECT_TRUE(catalog_.Refresh().ok());
  }
  /// Another endpoint of the project, in a shard where it has none of `others`.
  Endpoint Another(std::vector<Endpoint> others, int gpu_count = 1) {
    Endpoint endpoint = AnEndpoint();
    const auto meets = [&] {
      return std::any_of(others.begin(), others.end(),
                         [&](const Endpoint& other) { return Shard(other) == Shard(endpoint); });
    };
    while (meets()) endpoint.id = NewId();
    endpoint.project_id = endpoint_.project_id;
    endpoint.gpu_count = gpu_count;
    Add(endpoint);
    return endpoint;
  }
  static int Shard(const Endpoint& endpoint) { return ShardOfEndpoint(endpoint.id, kTestShards); }

  void SetQuota(std::int64_t gpus) {
    quota_source_.quotas = {{endpoint_.project_id, {.max_concurrent_gpus = gpus}}};
    ASSERT_TRUE(quotas_.Refresh().ok());
  }
  void Round(int times = 1) {
    for (int i = 0; i < times; ++i) ASSERT_TRUE(treasury_.Refresh().ok());
  }
  void SubmitTo(const Endpoint& endpoint, int jobs) {
    QueueFixture::Submit(ASubmission(endpoint.id, endpoint.project_id, jobs));
  }
  std::vector<ClaimedJob> ClaimOf(const Endpoint& endpoint, int jobs) {
    WorkerOnGpu worker = AWorker();
    worker.gpu_count = endpoint.gpu_count;
    return Await<Claimed>([&](Done<Claimed> done) {
             queue_.Claim({.endpoint_id = endpoint.id,
                           .workers = {{.worker = worker, .jobs = jobs}},
                           .lease = kLease,
                           .budgets = treasury_.RatesOf(endpoint).value()},
                          std::move(done));
           })
        .value()
        .jobs;
  }

  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  FakeQuotaSource quota_source_;
  ProjectQuotas quotas_{quota_source_};
  BusyAccounts accounts_{queue_};
  ShardLeader leader_{log_, "r", kTestShards};
  Treasury treasury_{quotas_, accounts_, catalog_, leader_, kLease};
};

TEST_F(GpuQuotaTreasuryTest, AProjectsJobsHaveNoMoreGpusThanItsQuota) {
  SetQuota(2);
  Round();
  SubmitTo(endpoint_, 3);
  EXPECT_EQ(treasury_.BlockOf(endpoint_), std::nullopt);
  EXPECT_EQ(treasury_.MostGpusOf(endpoint_), 2);
  std::vector<ClaimedJob> jobs = ClaimOf(endpoint_, 3);
  EXPECT_EQ(jobs.size(), 2U);
  Round();
  const auto block = treasury_.BlockOf(endpoint_);
  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->constraint, WaitConstraint::kQuota);
  EXPECT_FALSE(block->ends_standing);
  EXPECT_NE(block->detail.find("max_concurrent_gpus is 2"), std::string::npos);
  Settle(jobs[0].lease, Success());
  EXPECT_EQ(ClaimOf(endpoint_, 3).size(), 1U) << "at once";
}

TEST_F(GpuQuotaTreasuryTest, ALeaseIsRenewedThoughTheQuotaIsUsedUp) {
  SetQuota(1);
  Round();
  SubmitTo(endpoint_, 1);
  const LeaseId lease = ClaimOf(endpoint_, 1).at(0).lease;
  const auto lost = Await<std::vector<LeaseId>>([&](Done<std::vector<LeaseId>> done) {
    queue_.Renew(Shard(endpoint_), {{.lease = lease}}, 3 * kLease, std::move(done));
  });
  EXPECT_TRUE(lost->empty());
  EXPECT_EQ(StatusOf(lease.job_id), JobStatus::kInProgress);
}

TEST_F(GpuQuotaTreasuryTest, AnEndpointOfMoreGpusThanTheQuotaKeepsNoneFromOthers) {
  const Endpoint large = Another({endpoint_}, /*gpu_count=*/4);
  SetQuota(2);
  SubmitTo(large, 1);
  for (int i = 0; i < 40; ++i) {
    treasury_.NoteWaiting(large);
    Round();
    SubmitTo(endpoint_, 2);
    const std::vector<ClaimedJob> jobs = ClaimOf(endpoint_, 2);
    ASSERT_EQ(jobs.size(), 2U) << "round " << i;
    for (const ClaimedJob& job : jobs) Settle(job.lease, Success());
  }
}

TEST_F(GpuQuotaTreasuryTest, AJobCountsAllGpusOfItsWorker) {
  const Endpoint wide = Another({endpoint_}, 4);
  SetQuota(5);
  SubmitTo(wide, 2);
  Round();
  EXPECT_EQ(ClaimOf(wide, 2).size(), 1U);
  Round(3);
  EXPECT_TRUE(ClaimOf(wide, 2).empty()) << "one is left";
  EXPECT_TRUE(treasury_.BlockOf(wide).has_value());
  EXPECT_EQ(treasury_.BlockOf(endpoint_), std::nullopt);
}

TEST_F(GpuQuotaTreasuryTest, AnotherProjectHasNoQuota) {
  SetQuota(1);
  Round();
  const Endpoint other = AnEndpoint();
  EXPECT_EQ(treasury_.RatesOf(other), std::vector<BudgetRate>());
  EXPECT_EQ(treasury_.MostGpusOf(other), std::nullopt);
  EXPECT_EQ(treasury_.BlockOf(other), std::nullopt);
}

TEST_F(GpuQuotaTreasuryTest, ALoweredOrLiftedQuotaStopsNothing) {
  SetQuota(3);
  Round();
  SubmitTo(endpoint_, 5);
  const std::vector<ClaimedJob> jobs = ClaimOf(endpoint_, 3);
  ASSERT_EQ(jobs.size(), 3U);
  SetQuota(1);
  Round(2);
  Settle(jobs[0].lease, Success());
  Settle(jobs[1].lease, Success());
  Round(2);
  EXPECT_TRUE(ClaimOf(endpoint_, 1).empty()) << "one still runs";
  quota_source_.quotas.clear();
  ASSERT_TRUE(quotas_.Refresh().ok());
  Round();
  EXPECT_EQ(ClaimOf(endpoint_, 5).size(), 2U);
}

TEST_F(GpuQuotaTreasuryTest, WhileTheRegistryIsAwayTheAccountsTellOfTheQuota) {
  SetQuota(1);
  Round();
  ProjectQuotas unknown(quota_source_);
  Treasury restarted(unknown, accounts_, catalog_, leader_, kLease);
  EXPECT_FALSE(restarted.Refresh().ok());
  EXPECT_EQ(restarted.RatesOf(endpoint_)->size(), 1U);
  EXPECT_EQ(restarted.MostGpusOf(endpoint_), std::nullopt);
}

TEST_F(GpuQuotaTreasuryTest, AnEndpointWithoutWorkersIsGivenItsPartWhenItsJobsWait) {
  const Endpoint second = Another({endpoint_});
  SetQuota(2);
  Round();
  SubmitTo(endpoint_, 9);
  std::vector<ClaimedJob> jobs = ClaimOf(endpoint_, 2);
  Round(3);
  for (const ClaimedJob& more : ClaimOf(endpoint_, 2)) jobs.push_back(more);
  ASSERT_EQ(jobs.size(), 2U);
  Round();
  EXPECT_TRUE(treasury_.BlockOf(second).has_value());
  treasury_.NoteWaiting(second);
  Round();
  Settle(jobs[0].lease, Success());
  EXPECT_TRUE(ClaimOf(endpoint_, 2).empty()) << "it is the other's turn";
  treasury_.NoteWaiting(second);
  Round();
  EXPECT_EQ(treasury_.BlockOf(second), std::nullopt);
  SubmitTo(second, 1);
  EXPECT_EQ(ClaimOf(second, 1).size(), 1U);
}

// Three endpoints in as many shards, all with more jobs than may run, and a quota that is not
// enough for all of them at once; jobs start and end while the treasury shares out.
TEST_F(GpuQuotaTreasuryTest, TheQuotaIsNeverPassedAndNobodyStarves) {
  const Endpoint second = Another({endpoint_});
  const Endpoint wide = Another({endpoint_, second}, 2);
  const std::vector<Endpoint> endpoints = {endpoint_, second, wide};
  for (const Endpoint& endpoint : endpoints) SubmitTo(endpoint, 600);
  for (const std::int64_t quota : {2, 3, 5}) {
    SetQuota(quota);
    std::minstd_rand random(static_cast<unsigned>(quota));
    std::map<std::string, int> ended;
    std::vector<std::pair<LeaseId, Endpoint>> running;
    const auto step = [&] {
      const Endpoint& endpoint = endpoints[random() % endpoints.size()];
      for (const ClaimedJob& job : ClaimOf(endpoint, 2)) running.emplace_back(job.lease, endpoint);
      std::int64_t gpus = 0;
      for (const auto& [lease, of] : running) gpus += of.gpu_count;
      ASSERT_LE(gpus, quota);
      if (running.empty() || random() % 2 == 0) return;
      const std::size_t which = random() % running.size();
      Settle(running[which].first, Success());
      ++ended[running[which].second.id];
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
    };
    Round(3);
    accounts_.meanwhile = step;
    for (int i = 0; i < 400; ++i) {
      step();
      clock_.Advance(Treasury::kEvery);
      Round();
    }
    accounts_.meanwhile = nullptr;
    for (const Endpoint& endpoint : endpoints) EXPECT_GT(ended[endpoint.id], 10) << quota;
    for (const auto& [lease, of] : running) Settle(lease, Success());
  }
}

}  // namespace
}  // namespace furnace::scheduler
