#include "services/metering/app/budget_alerts.h"

#include <gtest/gtest.h>

#include "libs/common/base/uuid.h"
#include "libs/common/json/json.h"
#include "tests/support/metering_memory_budgets.h"

namespace furnace::metering {
namespace {

class SettableClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::FromUnixSeconds(1'700'000'000);
};

class RecordingSender final : public AlertSender {
 public:
  absl::StatusOr<int> Send(const AlertPost& post) override {
    posts.push_back(post);
    return answer;
  }
  std::vector<AlertPost> posts;
  absl::StatusOr<int> answer = 200;
};

class BudgetAlertsTest : public testing::Test {
 protected:
  BudgetAlertsTest() { EXPECT_TRUE(store_.Create(budget_).ok()); }

  static void RunOnce(BudgetAlerts& alerts) {
    ASSERT_TRUE(alerts.Notice().ok());
    ASSERT_TRUE(alerts.Deliver().ok());
  }
  void Run() { RunOnce(alerts_); }
  std::vector<BudgetAlert> Listed() { return store_.ListAlerts(budget_.id, 10).value(); }

  SettableClock clock_;
  MemoryBudgetStore store_{clock_};
  RecordingSender sender_;
  BudgetAlerts alerts_{store_, sender_, clock_};
  const Budget budget_ = {.id = NewUuid(clock_.Now()),
                          .project_id = NewUuid(clock_.Now()),
                          .spec = {.name = "m", .limit = 100, .webhook = "https://example.com"},
                          .created_at = clock_.Now(),
                          .updated_at = clock_.Now()};
};

TEST_F(BudgetAlertsTest, EachThresholdIsPostedOnceInAWindow) {
  Run();
  store_.SetSpent(budget_.id, 85);
  Run();
  Run();
  ASSERT_EQ(sender_.posts.size(), 2U);
  EXPECT_EQ(Listed().size(), 2U);
  BudgetAlerts restarted(store_, sender_, clock_);
  RunOnce(restarted);
  EXPECT_EQ(sender_.posts.size(), 2U) << "others have noted them";
  store_.SetSpent(budget_.id, 100);
  Run();
  EXPECT_EQ(sender_.posts.size(), 3U);
  clock_.now += absl::Hours(24 * 31);
  Run();
  Run();
  EXPECT_EQ(sender_.posts.size(), 6U) << "another month";
}

TEST_F(BudgetAlertsTest, AProjectWithManyAlertsHoldsUpNobody) {
  store_.SetSpent(budget_.id, 100);
  ASSERT_TRUE(alerts_.Notice().ok());
  Budget other = budget_;
  other.id = NewUuid(clock_.Now());
  other.project_id = NewUuid(clock_.Now());
  ASSERT_TRUE(store_.Create(other).ok());
  store_.SetSpent(other.id, 50);
  ASSERT_TRUE(alerts_.Notice().ok());
  EXPECT_TRUE(sender_.posts.empty()) << "noticing waits for no receiver";
  ASSERT_TRUE(alerts_.Deliver().ok());
  ASSERT_EQ(sender_.posts.size(), 3U) << "of three of one project only two, for now";
  EXPECT_EQ(sender_.posts[1].project_id, other.project_id);
  ASSERT_TRUE(alerts_.Deliver().ok());
  EXPECT_EQ(sender_.posts.size(), 4U);
}

TEST_F(BudgetAlertsTest, APostSaysWhatWasReached) {
  store_.SetSpent(budget_.id, 51);
  Run();
  const AlertPost& post = sender_.posts.at(0);
  EXPECT_EQ(post.id, budget_.id + ".1698796800.50");
  EXPECT_EQ(post.project_id, budget_.project_id);
  EXPECT_EQ(post.url, "https://example.com");
  ASSERT_TRUE(json::Validate(post.body).ok()) << post.body;
  EXPECT_EQ(*json::At(post.body, "/type"), "\"budget.threshold\"");
  EXPECT_EQ(*json::At(post.body, "/threshold"), "50");
  EXPECT_EQ(*json::At(post.body, "/spent"), "51");
  EXPECT_EQ(*json::At(post.body, "/limit"), "100");
  EXPECT_EQ(*json::At(post.body, "/unit"), "\"nano_usd\"");
  EXPECT_EQ(*json::At(post.body, "/window_start"), "\"2023-11-01T00:00:00Z\"");
}

TEST_F(BudgetAlertsTest, WhatIsNotTakenIsPostedAgainUnderTheSameId) {
  sender_.answer = 500;
  store_.SetSpent(budget_.id, 51);
  Run();
  EXPECT_EQ(Listed().at(0).last_error, "answered with 500");
  Run();
  EXPECT_EQ(sender_.posts.size(), 1U) << "not at once";
  clock_.now += absl::Seconds(1);
  sender_.answer = absl::UnavailableError("nobody");
  Run();
  EXPECT_EQ(Listed().at(0).last_error, "nobody");
  clock_.now += absl::Seconds(3);
  sender_.answer = 204;
  Run();
  ASSERT_EQ(sender_.posts.size(), 3U);
  EXPECT_EQ(sender_.posts[2].id, sender_.posts[0].id);
  EXPECT_EQ(Listed().at(0).last_error, "");
  EXPECT_EQ(Listed().at(0).delivered_at, clock_.now);
}

TEST(WaitAfterAlert, GrowsToThreeHoursAndEnds) {
  EXPECT_EQ(WaitAfterAlert(1), absl::Seconds(1));
  EXPECT_EQ(WaitAfterAlert(3), absl::Seconds(9));
  EXPECT_EQ(WaitAfterAlert(15), absl::Hours(3));
  EXPECT_EQ(WaitAfterAlert(16), std::nullopt);
}

}  // namespace
}  // namespace furnace::metering
