#include "services/metering/app/invoice_duty.h"

#include "tests/unit/metering/app/invoice_desk_fixture.h"

namespace furnace::metering {
namespace {

class InvoiceDutyTest : public InvoiceDeskFixture {
 protected:
  std::size_t InvoicesOf(const std::string& project_id) {
    return store_.List(project_id, 99, 99)->size();
  }

  InvoiceDuty duty_{desk_, store_, absl::Hours(48), clock_};
};

TEST(LastClosableTest, AMonthCanBeClosedAGraceAfterItsEnd) {
  const std::int64_t grace = 2 * kDayUs;
  EXPECT_EQ(LastClosable(April().start_us + grace - 1, absl::Hours(48)), March().start_us);
  EXPECT_EQ(LastClosable(April().start_us + grace, absl::Hours(48)), April().start_us);
  EXPECT_EQ(LastClosable(April().start_us, absl::ZeroDuration()), April().start_us);
  EXPECT_EQ(LastClosable(April().end_us - 1, absl::Hours(48)), April().start_us);
}

TEST_F(InvoiceDutyTest, AnInvoiceIsFinalWhenItsGraceIsOver) {
  Use(kTenUs);
  clock_.Set(April().start_us + 2 * kDayUs - 1);
  duty_.Run();
  EXPECT_EQ(InvoicesOf(project_), 0);
  clock_.Set(April().start_us + 2 * kDayUs);
  duty_.Run();
  duty_.Run();
  EXPECT_EQ(InvoicesOf(project_), 1);
}

TEST_F(InvoiceDutyTest, WhatWasMissedIsMadeUpForEveryProject) {
  const std::string other = NewId();
  Use(kTenUs);
  UseBy(other, April().start_us);
  clock_.Set(May().end_us + 2 * kDayUs);
  duty_.Run();
  EXPECT_EQ(InvoicesOf(project_), 3);
  EXPECT_EQ(InvoicesOf(other), 2);
}

TEST_F(InvoiceDutyTest, WhatCannotBeCommittedIsLeftForTheNextRun) {
  Use(kTenUs);
  clock_.Set(April().start_us + 2 * kDayUs);
  for (const absl::Status& refusal : {absl::UnavailableError("later"), absl::AbortedError("")}) {
    committer_.answer = [&] { return refusal; };
    duty_.Run();
    EXPECT_EQ(InvoicesOf(project_), 0);
  }
  committer_.answer = [] { return absl::OkStatus(); };
  duty_.Run();
  EXPECT_EQ(InvoicesOf(project_), 1);
}

TEST_F(InvoiceDutyTest, OneDoesItAtATime) {
  Use(kTenUs);
  clock_.Set(April().start_us + 2 * kDayUs);
  ASSERT_TRUE(store_.RunAlone([this] { duty_.Run(); }).ok());
  EXPECT_EQ(InvoicesOf(project_), 0);
}

}  // namespace
}  // namespace furnace::metering
