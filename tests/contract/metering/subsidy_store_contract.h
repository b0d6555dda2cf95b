// What every SubsidyStore must do. Instantiated for the fake and for Postgres.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "services/metering/app/subsidy_ports.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {

/// `Backend` offers subsidies(), a SubsidyStore. Each test has projects and policies of its own.
template <typename Backend>
class SubsidyStoreContract : public testing::Test {
 protected:
  SubsidyStore& store() { return backend_.subsidies(); }

  void Know(std::int64_t from_us, std::int64_t reputation) {
    ASSERT_TRUE(store()
                    .AddAttributes({.project_id = project_,
                                    .attributes = {{"reputation", reputation}},
                                    .effective_from_us = from_us,
                                    .recorded_us = kTenUs})
                    .ok());
  }

  // The reputations known at a time, the latest first.
  std::vector<std::int64_t> At(std::optional<std::int64_t> at_us, int limit = 100) {
    const auto list = store().ListAttributes(project_, at_us, limit);
    EXPECT_TRUE(list.ok()) << list.status();
    std::vector<std::int64_t> reputations;
    for (const ProjectAttributes& known : *list) {
      reputations.push_back(std::get<std::int64_t>(known.attributes.at("reputation")));
    }
    return reputations;
  }

  // This test's policies at a time.
  std::vector<Policy> Policies(std::int64_t at_us) {
    auto policies = store().PoliciesAt(at_us);
    EXPECT_TRUE(policies.ok()) << policies.status();
    std::erase_if(*policies, [&](const Policy& one) { return !one.award.policy.ends_with(mark_); });
    return *policies;
  }

  std::int64_t Decide(Span period, const std::string& result) {
    const auto id = store().RecordDecision({.project_id = project_,
                                            .period = period,
                                            .decided_us = kTenUs,
                                            .decider = Decider::kFallback,
                                            .note = "down",
                                            .input = R"({"a":"b"})",
                                            .result = result});
    EXPECT_TRUE(id.ok()) << id.status();
    return id.value_or(0);
  }

  Backend backend_;
  const std::string project_ = NewId();
  const std::string mark_ = project_.substr(24);
};
TYPED_TEST_SUITE_P(SubsidyStoreContract);

TYPED_TEST_P(SubsidyStoreContract, AttributesHoldFromATimeOnAndTheLastWordCounts) {
  this->Know(kTenUs, 10);
  this->Know(kTenUs + kHourUs, 20);
  this->Know(kTenUs, 11);
  EXPECT_EQ(this->At(kTenUs - 1), (std::vector<std::int64_t>{}));
  EXPECT_EQ(this->At(kTenUs, 1), (std::vector<std::int64_t>{11}));
  EXPECT_EQ(this->At(kTenUs + kHourUs, 1), (std::vector<std::int64_t>{20}));
  EXPECT_EQ(this->At(std::nullopt), (std::vector<std::int64_t>{20, 11, 10}));
}

TYPED_TEST_P(SubsidyStoreContract, AttributesOfEveryTypeComeBack) {
  const Attributes attributes = {{"a", true}, {"b", std::int64_t{-5}}, {"c", std::string("x:y/z")}};
  ASSERT_TRUE(
      this->store().AddAttributes({.project_id = this->project_, .attributes = attributes}).ok());
  EXPECT_EQ(this->store().ListAttributes(this->project_, 0, 1)->front().attributes, attributes);
  ASSERT_TRUE(this->store().AddAttributes({.project_id = this->project_}).ok());
  EXPECT_EQ(this->store().ListAttributes(this->project_, 0, 1)->front().attributes, Attributes());
}

TYPED_TEST_P(SubsidyStoreContract, APolicyIsKeptAndReplacedFromATimeOn) {
  Policy policy{.priority = 5,
                .conditions = {*ParseCondition("reputation >= 50"),
                               *ParseCondition("tier in (gold, silver)")},
                .effective_from_us = kTenUs};
  policy.award = {.policy = "p" + this->mark_,
                  .description = "who needs, \"it\"",
                  .scope = {.gpu_types = {"h100", "rtx4000"}, .kinds = {EntryKind::kGpuTime}},
                  .percent_bp = 2'500,
                  .max_gpu_seconds = 360'000,
                  .max_nanos = 7};
  const auto first = this->store().AddPolicy(policy, kTenUs);
  ASSERT_TRUE(first.ok()) << first.status();
  Policy later = policy;
  later.disabled = true;
  later.award.max_gpu_seconds.reset();
  later.effective_from_us = kTenUs + kHourUs;
  const auto second = this->store().AddPolicy(later, kTenUs);
  ASSERT_TRUE(second.ok() && *second > *first);

  EXPECT_TRUE(this->Policies(kTenUs - 1).empty());
  const auto now = this->Policies(kTenUs);
  ASSERT_EQ(now.size(), 1);
  EXPECT_EQ(now[0].award, policy.award);
  EXPECT_EQ(now[0].conditions, policy.conditions);
  EXPECT_EQ(now[0].version, *first);
  EXPECT_FALSE(now[0].disabled);
  const auto then = this->Policies(kTenUs + kHourUs);
  ASSERT_EQ(then.size(), 1);
  EXPECT_TRUE(then[0].disabled);
  EXPECT_EQ(then[0].award.max_gpu_seconds, std::nullopt);
  const auto names = this->store().PolicyNames();
  EXPECT_EQ(std::count(names->begin(), names->end(), policy.award.policy), 1);
}

TYPED_TEST_P(SubsidyStoreContract, PoliciesComeInTheOrderOfApplication) {
  for (const auto& [name, priority] :
       std::vector<std::pair<std::string, int>>{{"c", 1}, {"a", 2}, {"b", 1}}) {
    Policy policy{.priority = priority, .effective_from_us = kTenUs};
    policy.award.policy = name + this->mark_;
    ASSERT_TRUE(this->store().AddPolicy(policy, kTenUs).ok());
  }
  std::string order;
  for (const Policy& policy : this->Policies(kTenUs)) order += policy.award.policy[0];
  EXPECT_EQ(order, "bca");
}

TYPED_TEST_P(SubsidyStoreContract, DecisionsAreKeptInOrder) {
  const Span month = {kTenUs, kTenUs + 31 * kDayUs};
  const std::int64_t first = this->Decide(month, "{}");
  const std::int64_t second = this->Decide(month, R"({"awards":[]})");
  const std::int64_t other = this->Decide({0, 1}, "{}");
  EXPECT_LT(first, second);
  const auto last = this->store().LastDecision(this->project_, month);
  ASSERT_TRUE(last.ok() && last->has_value()) << last.status();
  EXPECT_EQ((*last)->id, second);
  EXPECT_EQ((*last)->decider, Decider::kFallback);
  EXPECT_EQ((*last)->note, "down");
  EXPECT_EQ((*last)->input, R"({"a":"b"})");
  EXPECT_EQ((*last)->result, R"({"awards":[]})");
  EXPECT_EQ((*last)->period, month);
  EXPECT_FALSE(this->store().LastDecision(NewId(), month)->has_value());
  const auto page = this->store().ListDecisions(this->project_, other, 1);
  ASSERT_EQ(page->size(), 1);
  EXPECT_EQ(page->front().id, second);
  EXPECT_EQ(this->store()
                .ListDecisions(this->project_, std::numeric_limits<std::int64_t>::max(), 100)
                ->size(),
            3);
}

REGISTER_TYPED_TEST_SUITE_P(SubsidyStoreContract, AttributesHoldFromATimeOnAndTheLastWordCounts,
                            AttributesOfEveryTypeComeBack, APolicyIsKeptAndReplacedFromATimeOn,
                            PoliciesComeInTheOrderOfApplication, DecisionsAreKeptInOrder);

}  // namespace furnace::metering
