#include "services/metering/app/invoice_desk.h"

#include <utility>

#include "tests/unit/metering/app/invoice_desk_fixture.h"

namespace furnace::metering {
namespace {

class InvoiceDeskTest : public InvoiceDeskFixture {};

TEST_F(InvoiceDeskTest, ADraftIsWhatTheNextInvoiceWouldBe) {
  Use(kTenUs);
  Use(April().start_us);
  const Invoice draft = DraftOf();
  EXPECT_EQ(draft.number, 0);
  EXPECT_EQ(draft.period, March());
  EXPECT_EQ(draft.issuer, "Example");
  EXPECT_EQ(draft.total_nanos, kUse);
  EXPECT_TRUE(store_.List(project_, 9, 9)->empty());
  const Invoice final_one = Final(March());
  EXPECT_EQ(final_one.lines, draft.lines);
  EXPECT_EQ(DraftOf().period, April());
  EXPECT_EQ(DraftOf().total_nanos, kUse);
}

TEST_F(InvoiceDeskTest, AProjectWithoutUsageHasADraftOfThisMonth) {
  EXPECT_EQ(DraftOf().period, April());
  EXPECT_EQ(DraftOf().total_nanos, 0);
}

TEST_F(InvoiceDeskTest, ADraftOfAnyOtherPeriodHasItsOwnUsageOnly) {
  Use(kTenUs);
  Use(kTenUs + kHourUs);
  EXPECT_EQ(DraftOf(Span{kTenUs, kTenUs + kHourUs}).total_nanos, kUse);
  Final(March());
  EXPECT_EQ(DraftOf(Span{kTenUs, kTenUs + kHourUs}).total_nanos, kUse);
  Use(kTenUs);  // Late.
  EXPECT_EQ(DraftOf(March()).total_nanos, 3 * kUse);
  EXPECT_EQ(DraftOf(May()).total_nanos, 0);
  EXPECT_EQ(DraftOf(April()).total_nanos, kUse);  // The next one, with what is late.
}

TEST_F(InvoiceDeskTest, ABadPeriodIsNamed) {
  const struct {
    Span period;
    const char* field;
  } cases[] = {{{kTenUs + 1, kTenUs + kHourUs}, "start_time"},
               {{kTenUs, kTenUs + kHourUs - 1}, "end_time"},
               {{kTenUs, kTenUs}, "end_time"},
               {{kTenUs + kHourUs, kTenUs}, "end_time"},
               {{kTenUs, kTenUs + kMaxDraftUs + kHourUs}, "end_time"},
               {{0, kHourUs}, "start_time"},
               {{-kHourUs, 0}, "start_time"}};
  for (const auto& [period, field] : cases) {
    const absl::Status status = desk_.Draft(project_, period).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(std::string(status.message()).find(field), 0) << status;
  }
}

TEST_F(InvoiceDeskTest, InvoicesAreNumberedWithoutGapsAndNeverChange) {
  Use(kTenUs);
  const Invoice first = Final(March());
  EXPECT_EQ(first.number, 1);
  EXPECT_EQ(first.id, InvoiceIdOf(project_, 1));
  clock_.Set(May().end_us);
  Use(kTenUs);
  EXPECT_EQ(Final(March()), first);
  EXPECT_EQ(Final(April()).number, 2);
  EXPECT_EQ(Final(May()).number, 3);
  EXPECT_EQ(*desk_.Get(project_, first.id), first);
  EXPECT_EQ(store_.List(project_, 9, 9)->size(), 3);
}

TEST_F(InvoiceDeskTest, WhatComesLateIsOnTheNextOne) {
  Use(kTenUs);
  EXPECT_EQ(Final(March()).total_nanos, kUse);
  Use(kTenUs + kHourUs);
  Use(April().start_us);
  clock_.Set(May().start_us);
  const Invoice april = Final(April());
  EXPECT_EQ(april.total_nanos, 2 * kUse);
  ASSERT_EQ(april.lines.size(), 4);
  EXPECT_EQ(april.lines[0].section, LineSection::kUsage);
  EXPECT_EQ(april.lines[2].section, LineSection::kLate);
  EXPECT_EQ(april.lines[2].used.start_us, kTenUs + kHourUs);
  EXPECT_EQ(DraftOf().total_nanos, 0);
}

TEST_F(InvoiceDeskTest, OnlyTheNextMonthThatIsOverCanBeMadeFinal) {
  const auto refused = absl::StatusCode::kFailedPrecondition;
  EXPECT_EQ(desk_.Finalize(project_, March()).status().code(), refused);  // No usage.
  Use(kTenUs);
  EXPECT_EQ(desk_.Finalize(project_, April()).status().code(), refused);  // March comes first.
  const Span february = MonthAt(March().start_us - 1);
  EXPECT_EQ(desk_.Finalize(project_, february).status().code(), refused);
  clock_.Set(March().end_us - 1);
  EXPECT_EQ(desk_.Finalize(project_, March()).status().code(), refused);  // Not over.
  clock_.Set(March().end_us);
  Final(March());
  EXPECT_EQ(desk_.Finalize(project_, february).status().code(), refused);
}

TEST_F(InvoiceDeskTest, WhatItUsesIsCommittedBeforeItIsFinal) {
  Use(kTenUs);
  discount_nanos_ = 5;
  DraftOf();
  EXPECT_TRUE(committer_.references.empty());
  committer_.answer = [this] {
    EXPECT_TRUE(store_.List(project_, 9, 9)->empty());
    return absl::OkStatus();
  };
  const Invoice invoice = Final(March());
  Final(March());
  EXPECT_TRUE(desk_.Audit(project_, invoice.id)->differences.empty());
  EXPECT_EQ(committer_.references, std::vector<std::string>{invoice.id});
  EXPECT_EQ(committer_.period, March());
  EXPECT_EQ(committer_.last_charges, first_.charges());
  ASSERT_EQ(committer_.last_adjustments.size(), 1);
  EXPECT_EQ(committer_.last_adjustments[0].amount, FromNanos(-5));
}

TEST_F(InvoiceDeskTest, AdjustersAreAskedAgainWhenWhatTheySaidHasChanged) {
  Use(kTenUs);
  committer_.answer = [this] {
    if (std::exchange(discount_nanos_, 7) == 7) return absl::OkStatus();
    return absl::AbortedError("there is a policy now");
  };
  EXPECT_EQ(Final(March()).total_nanos, kUse - 7);
  EXPECT_EQ(committer_.references.size(), 2);
  ASSERT_EQ(committer_.last_adjustments.size(), 1);
  EXPECT_EQ(committer_.last_adjustments[0].amount, FromNanos(-7));
}

TEST_F(InvoiceDeskTest, WhatCannotBeCommittedIsNoInvoice) {
  Use(kTenUs);
  const struct {
    absl::Status answer;
    absl::StatusCode code;
    std::size_t times;
  } cases[] = {{absl::AbortedError(""), absl::StatusCode::kUnavailable, 5},
               {absl::FailedPreconditionError(""), absl::StatusCode::kFailedPrecondition, 1}};
  for (const auto& [answer, code, times] : cases) {
    committer_.references.clear();
    committer_.answer = [&refusal = answer] { return refusal; };
    EXPECT_EQ(desk_.Finalize(project_, March()).status().code(), code);
    EXPECT_EQ(committer_.references.size(), times);
    EXPECT_TRUE(store_.List(project_, 9, 9)->empty());
  }
  committer_.answer = [] { return absl::OkStatus(); };
  EXPECT_EQ(Final(March()).number, 1);
}

TEST_F(InvoiceDeskTest, AnAuditFindsNothingAsLongAsNobodyChangesAnything) {
  discount_nanos_ = 1;
  for (int i = 0; i < 25; ++i) Use(kTenUs + i * kHourUs);
  const Invoice first = Final(March());
  Use(kTenUs);
  Use(April().start_us);
  clock_.Set(May().start_us);
  const Invoice second = Final(April());
  for (const Invoice& invoice : {first, second}) {
    const auto audit = desk_.Audit(project_, invoice.id);
    ASSERT_TRUE(audit.ok()) << audit.status();
    EXPECT_EQ(audit->lines, static_cast<std::int64_t>(invoice.lines.size()));
    EXPECT_TRUE(audit->differences.empty()) << audit->differences[0];
  }
}

TEST_F(InvoiceDeskTest, AnAuditFindsAChangedLineAndAChangedAgreement) {
  Use(kTenUs);
  const Invoice invoice = Final(March());
  discount_nanos_ = 5;
  EXPECT_FALSE(desk_.Audit(project_, invoice.id)->differences.empty());
  discount_nanos_ = 0;
  EXPECT_TRUE(desk_.Audit(project_, invoice.id)->differences.empty());
  store_.Tamper(project_, [](Invoice& kept) { kept.lines[0].amount_nanos -= 1; });
  EXPECT_FALSE(desk_.Audit(project_, invoice.id)->differences.empty());
  store_.Tamper(project_, [](Invoice& kept) { kept.cut.transaction = 99; });
  const auto beyond = desk_.Audit(project_, invoice.id);
  ASSERT_TRUE(beyond.ok()) << beyond.status();
  EXPECT_FALSE(beyond->differences.empty());
}

TEST_F(InvoiceDeskTest, AnotherProjectsInvoiceIsNotFound) {
  Use(kTenUs);
  const Invoice invoice = Final(March());
  EXPECT_TRUE(absl::IsNotFound(desk_.Get(NewId(), invoice.id).status()));
  EXPECT_TRUE(absl::IsNotFound(desk_.Audit(NewId(), invoice.id).status()));
}

}  // namespace
}  // namespace furnace::metering
