#include "services/metering/rpc/credit_handlers.h"

#include <gtest/gtest.h>

#include "services/metering/app/credit_book.h"
#include "services/metering/app/subsidy_adjuster.h"
#include "services/metering/rpc/subsidy_handlers.h"
#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_records.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

class CreditHandlersTest : public testing::Test {
 protected:
  CreditHandlersTest() {
    charges_.charges = {GpuTimeCharge(NewId(), "rtx4000", 10, 100)};
    operator_.role = v1::ROLE_OPERATOR;
    operator_.project_id = NewId();
    tenant_.role = v1::ROLE_ADMIN;
    tenant_.project_id = project_;
  }

  v1::CreateGrantRequest Ask(std::int64_t nanos) const {
    v1::CreateGrantRequest request;
    request.set_project_id(project_);
    v1::GrantSpec& spec = *request.mutable_spec();
    spec.set_amount_nanos(nanos);
    spec.set_reason("a test");
    spec.mutable_valid_until()->set_seconds((kTenUs + kDayUs) / kSecondUs);
    return request;
  }

  v1::SetSubsidyPolicyRequest Half() const {
    v1::SetSubsidyPolicyRequest request;
    request.set_name("half");
    v1::SubsidyPolicy& policy = *request.mutable_policy();
    policy.set_percent_bp(5'000);
    policy.add_conditions("reputation >= 50");
    policy.mutable_effective_from()->set_seconds(kEarliestUs / kSecondUs);
    return request;
  }

  const std::string project_ = NewId();
  CallContext operator_;
  CallContext tenant_;
  FixedClock clock_{kTenUs};
  FixedCharges charges_;
  MemoryCreditStore store_;
  MemorySubsidyStore subsidies_;
  SubsidyAdjuster adjuster_{subsidies_, store_, nullptr, clock_};
  CreditBook book_{store_, subsidies_, clock_};
  PeriodPreviewer previewer_{charges_, {&adjuster_, &book_}};
  CreditDesk desk_{store_, previewer_, clock_};
  SubsidyDesk subsidy_desk_{subsidies_, clock_};
  CreditHandlers handlers_{desk_, previewer_, clock_};
  SubsidyHandlers subsidy_handlers_{subsidy_desk_};
};

TEST_F(CreditHandlersTest, OnlyOperatorsGiveAndTakeAndDecide) {
  const auto denied = absl::StatusCode::kPermissionDenied;
  EXPECT_EQ(handlers_.CreateGrant(tenant_, Ask(1)).status().code(), denied);
  EXPECT_EQ(handlers_.VoidGrant(tenant_, {}).status().code(), denied);
  EXPECT_EQ(subsidy_handlers_.SetProjectAttributes(tenant_, {}).status().code(), denied);
  EXPECT_EQ(subsidy_handlers_.SetSubsidyPolicy(tenant_, Half()).status().code(), denied);
  EXPECT_EQ(subsidy_handlers_.ListSubsidyPolicies(tenant_, {}).status().code(), denied);
}

TEST_F(CreditHandlersTest, AnothersProjectIsNotFound) {
  CallContext other = tenant_;
  other.project_id = NewId();
  v1::ListGrantsRequest grants;
  v1::PreviewPeriodRequest preview;
  v1::ListProjectAttributesRequest attributes;
  v1::ListSubsidyDecisionsRequest decisions;
  for (const std::string& named : {project_, std::string("x")}) {
    grants.set_project_id(named);
    preview.set_project_id(named);
    attributes.set_project_id(named);
    decisions.set_project_id(named);
    EXPECT_TRUE(absl::IsNotFound(handlers_.ListGrants(other, grants).status()));
    EXPECT_TRUE(absl::IsNotFound(handlers_.PreviewPeriod(other, preview).status()));
    EXPECT_TRUE(
        absl::IsNotFound(subsidy_handlers_.ListProjectAttributes(other, attributes).status()));
    EXPECT_TRUE(
        absl::IsNotFound(subsidy_handlers_.ListSubsidyDecisions(other, decisions).status()));
  }
  EXPECT_TRUE(absl::IsInvalidArgument(handlers_.ListGrants(operator_, grants).status()));
}

TEST_F(CreditHandlersTest, AGrantIsShownToItsProjectAndToOperators) {
  v1::CreateGrantRequest request = Ask(300);
  request.mutable_spec()->add_gpu_types("RTX_4000");
  request.mutable_spec()->add_kinds(v1::LEDGER_ENTRY_KIND_GPU_TIME);
  const auto created = handlers_.CreateGrant(operator_, request);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->spec().valid_from().seconds(), kTenUs / kSecondUs);
  EXPECT_EQ(created->spec().gpu_types(0), "rtx4000");
  EXPECT_EQ(created->left_nanos(), 300);

  v1::ListGrantsRequest named;
  named.set_project_id(project_);
  for (const auto& listed :
       {handlers_.ListGrants(tenant_, {}), handlers_.ListGrants(operator_, named)}) {
    ASSERT_TRUE(listed.ok()) << listed.status();
    ASSERT_EQ(listed->grants_size(), 1);
    EXPECT_EQ(listed->grants(0).id(), created->id());
    EXPECT_EQ(listed->grants(0).held_nanos(), 300);
    EXPECT_EQ(listed->grants(0).spec().kinds(0), v1::LEDGER_ENTRY_KIND_GPU_TIME);
  }
  EXPECT_EQ(handlers_.ListGrants(operator_, {})->grants_size(), 0);
}

TEST_F(CreditHandlersTest, BadGrantsAreRefused) {
  v1::CreateGrantRequest endless = Ask(1);
  endless.mutable_spec()->clear_valid_until();
  v1::CreateGrantRequest kind = Ask(1);
  kind.mutable_spec()->add_kinds(v1::LEDGER_ENTRY_KIND_CREDIT);
  v1::CreateGrantRequest time = Ask(1);
  time.mutable_spec()->mutable_valid_from()->set_nanos(-1);
  for (const auto& request : {endless, kind, time, Ask(0), v1::CreateGrantRequest()}) {
    EXPECT_TRUE(absl::IsInvalidArgument(handlers_.CreateGrant(operator_, request).status()))
        << request.ShortDebugString();
  }
}

TEST_F(CreditHandlersTest, APeriodIsShownWithWhoPaysIt) {
  ASSERT_TRUE(subsidy_handlers_.SetSubsidyPolicy(operator_, Half()).ok());
  v1::SetProjectAttributesRequest attributes;
  attributes.set_project_id(project_);
  (*attributes.mutable_attributes())["reputation"] = "70";
  ASSERT_TRUE(subsidy_handlers_.SetProjectAttributes(operator_, attributes).ok());
  ASSERT_TRUE(handlers_.CreateGrant(operator_, Ask(300)).ok());

  const auto preview = handlers_.PreviewPeriod(tenant_, {});
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_EQ(preview->charges_nanos(), 1'000);
  EXPECT_EQ(preview->due_nanos(), 200);
  ASSERT_EQ(preview->adjustments_size(), 2);
  EXPECT_EQ(preview->adjustments(0).kind(), "subsidy");
  EXPECT_EQ(preview->adjustments(0).reference(), "half");
  EXPECT_EQ(preview->adjustments(0).amount_atto(), "-500000000000");
  EXPECT_EQ(preview->adjustments(1).kind(), "credit");

  const auto decisions = subsidy_handlers_.ListSubsidyDecisions(tenant_, {});
  ASSERT_TRUE(decisions.ok() && decisions->decisions_size() == 1) << decisions.status();
  EXPECT_EQ(decisions->decisions(0).decider(), "local");
  const auto history = subsidy_handlers_.ListProjectAttributes(tenant_, {});
  EXPECT_EQ(history->history(0).attributes().at("reputation"), "70");

  v1::PreviewPeriodRequest odd;
  odd.mutable_start_time()->set_seconds(kTenUs / kSecondUs + 1);
  EXPECT_TRUE(absl::IsInvalidArgument(handlers_.PreviewPeriod(tenant_, odd).status()));
}

TEST_F(CreditHandlersTest, APolicyIsSetByItsName) {
  v1::SetSubsidyPolicyRequest request = Half();
  request.mutable_policy()->set_name("other");
  EXPECT_TRUE(
      absl::IsInvalidArgument(subsidy_handlers_.SetSubsidyPolicy(operator_, request).status()));
  request = Half();
  request.mutable_policy()->add_conditions("a = ");
  EXPECT_TRUE(
      absl::IsInvalidArgument(subsidy_handlers_.SetSubsidyPolicy(operator_, request).status()));
  ASSERT_TRUE(subsidy_handlers_.SetSubsidyPolicy(operator_, Half()).ok());
  const auto policies = subsidy_handlers_.ListSubsidyPolicies(operator_, {});
  ASSERT_TRUE(policies.ok() && policies->policies_size() == 1);
  EXPECT_EQ(policies->policies(0).name(), "half");
  EXPECT_EQ(policies->policies(0).conditions(0), "reputation >= 50");
}

TEST_F(CreditHandlersTest, DecisionsComeInPages) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(subsidies_.RecordDecision({.project_id = project_}).ok());
  }
  v1::ListSubsidyDecisionsRequest request;
  request.set_page_size(2);
  std::vector<std::int64_t> ids;
  do {
    const auto page = subsidy_handlers_.ListSubsidyDecisions(tenant_, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::SubsidyDecision& decision : page->decisions()) ids.push_back(decision.id());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(ids, (std::vector<std::int64_t>{5, 4, 3, 2, 1}));
  request.set_page_token("?");
  EXPECT_TRUE(
      absl::IsInvalidArgument(subsidy_handlers_.ListSubsidyDecisions(tenant_, request).status()));
  request.set_page_size(101);
  EXPECT_TRUE(
      absl::IsInvalidArgument(subsidy_handlers_.ListSubsidyDecisions(tenant_, request).status()));
}

}  // namespace
}  // namespace furnace::metering::rpc
