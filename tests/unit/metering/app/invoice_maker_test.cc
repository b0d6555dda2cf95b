#include "services/metering/app/invoice_maker.h"

#include "tests/unit/metering/app/invoice_desk_fixture.h"

namespace furnace::metering {
namespace {

class InvoiceMakerTest : public InvoiceDeskFixture {
 protected:
  absl::StatusOr<MadeInvoice> Make(Span period) {
    return maker_.Make({.project_id = project_, .period = period, .last = *usage_.Head(project_)});
  }
};

TEST_F(InvoiceMakerTest, ManyTransactionsAreReadToTheLastOne) {
  for (int i = 0; i < 37; ++i) Use(kTenUs + i * kMinuteUs);
  const auto made = Make(March());
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ(made->invoice.lines.size(), 2);
  EXPECT_EQ(made->invoice.lines[1].quantity, 37);
  EXPECT_EQ(made->invoice.total_nanos, 37 * kUse);
  EXPECT_EQ(made->invoice.cut,
            (InvoiceCut{.transaction = 37, .end_us = March().end_us, .open_from = 38}));
  EXPECT_EQ(made->invoice.ledger_hash, usage_.Head(project_)->hash);
}

TEST_F(InvoiceMakerTest, WhatIsBookedAfterTheLastTransactionIsLeftOut) {
  for (int i = 0; i < 15; ++i) Use(kTenUs);
  const auto transactions = usage_.Transactions(project_, 11, 1);
  const auto made = maker_.Make(
      {.project_id = project_, .period = March(), .last = {12, (*transactions)[0].hash}});
  EXPECT_EQ(made->invoice.total_nanos, 12 * kUse);
}

TEST_F(InvoiceMakerTest, AdjustersAreAskedInTurnWithWhatTheOnesBeforeSaid) {
  Use(kTenUs);
  discount_nanos_ = 200'000;
  const auto made = Make(March());
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ(first_.charges().size(), 2);
  EXPECT_EQ(first_.charges()[0].kind, EntryKind::kGpuTime);
  EXPECT_EQ(first_.period(), March());
  EXPECT_TRUE(first_.before().empty());
  ASSERT_EQ(second_.before().size(), 1);
  ASSERT_EQ(made->invoice.lines.size(), 3);
  EXPECT_EQ(made->charges, first_.charges());
  EXPECT_EQ(made->adjustments, second_.before());
  EXPECT_EQ(made->invoice.lines[2].kind, "subsidy");
  EXPECT_EQ(made->invoice.lines[2].reference, "policy-1");
  EXPECT_EQ(made->invoice.lines[2].used, March());
  EXPECT_EQ(made->invoice.total_nanos, kUse - 200'000);
}

TEST_F(InvoiceMakerTest, NobodyIsWorkedForAfterHisDeadline) {
  Use(kTenUs);
  const absl::Status status = maker_
                                  .Make({.project_id = project_,
                                         .period = March(),
                                         .last = *usage_.Head(project_),
                                         .deadline = clock_.Now() - absl::Microseconds(1)})
                                  .status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
}

TEST_F(InvoiceMakerTest, AnEmptyLedgerMakesAnInvoiceOfNothing) {
  const auto made = Make(March());
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(made->invoice.lines.empty());
  EXPECT_EQ(made->invoice.due_cents, 0);
  EXPECT_EQ(made->invoice.cut.open_from, 1);
}

}  // namespace
}  // namespace furnace::metering
