// Invoices and the book of credits, together.
#include "services/metering/app/credit_book.h"
#include "services/metering/app/subsidy_adjuster.h"
#include "tests/support/metering_memory_credits.h"
#include "tests/unit/metering/app/invoice_desk_fixture.h"

namespace furnace::metering {
namespace {

/// A project of which a policy pays half, and a grant a part of the rest.
class InvoiceCommitTest : public InvoiceDeskFixture {
 protected:
  InvoiceCommitTest() {
    EXPECT_TRUE(subsidies_.AddPolicy(HalfOff(), 0).ok());
    EXPECT_TRUE(credits_.CreateGrant(grant_).ok());
    Use(kTenUs);
  }

  static Policy HalfOff() {
    Policy policy;
    policy.award = {.policy = "half", .percent_bp = 5'000};
    return policy;
  }

  GrantState State() {
    const std::vector<GrantState> states = credits_.Grants(project_).value();
    for (const GrantState& state : states) {
      if (state.grant.id == grant_.id) return state;
    }
    return {};
  }

  static constexpr std::int64_t kGrant = 150'000;
  const Grant grant_ = AGrant(project_, kGrant);
  MemoryCreditStore credits_;
  MemorySubsidyStore subsidies_;
  SubsidyAdjuster adjuster_{subsidies_, credits_, nullptr, clock_};
  CreditBook book_{credits_, subsidies_, clock_};
  InvoiceMaker paid_maker_{usage_, {&adjuster_, &book_}, clock_};
  InvoiceDesk paid_desk_{usage_, store_, paid_maker_, book_, "Example", clock_};
};

TEST_F(InvoiceCommitTest, AGrantIsUsedByTheInvoiceThatItPays) {
  const auto invoice = paid_desk_.Finalize(project_, March());
  ASSERT_TRUE(invoice.ok()) << invoice.status();
  EXPECT_EQ(invoice->total_nanos, kUse / 2 - kGrant);
  EXPECT_EQ(State().used, FromNanos(kGrant));
  EXPECT_EQ(*paid_desk_.Finalize(project_, March()), *invoice);
  EXPECT_EQ(State().used, FromNanos(kGrant));
  EXPECT_EQ(credits_.FindCommit(project_, March())->value().reference, invoice->id);
  EXPECT_TRUE(paid_desk_.Audit(project_, invoice->id)->differences.empty());
}

TEST_F(InvoiceCommitTest, ACrashAfterTheCommitLeadsToTheSameInvoice) {
  const auto draft = paid_desk_.Draft(project_, std::nullopt);
  ASSERT_TRUE(draft.ok()) << draft.status();
  store_.LoseNext();
  EXPECT_TRUE(absl::IsUnavailable(paid_desk_.Finalize(project_, March()).status()));
  EXPECT_TRUE(store_.List(project_, 9, 9)->empty());
  EXPECT_EQ(State().used, FromNanos(kGrant));

  ASSERT_TRUE(credits_.CreateGrant(AGrant(project_, kGrant)).ok());
  Policy off = HalfOff();
  off.disabled = true;
  ASSERT_TRUE(subsidies_.AddPolicy(off, 0).ok());
  const auto invoice = paid_desk_.Finalize(project_, March());
  ASSERT_TRUE(invoice.ok()) << invoice.status();
  EXPECT_EQ(invoice->number, 1);
  EXPECT_EQ(invoice->lines, draft->lines);
  EXPECT_EQ(State().used, FromNanos(kGrant));
  EXPECT_TRUE(paid_desk_.Audit(project_, invoice->id)->differences.empty());
}

}  // namespace
}  // namespace furnace::metering
