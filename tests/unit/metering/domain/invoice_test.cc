#include "services/metering/domain/invoice.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/metering_invoices.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kHalfNano = 500'000'000;

Invoice WithAmounts(const std::vector<Int128>& attos) {
  Invoice invoice;
  for (const Int128 atto : attos) invoice.lines.push_back({.amount = {atto}});
  return invoice;
}

TEST(InvoiceTest, EachLineIsRoundedOnceHalfToEvenAndThenSummedUp) {
  Invoice invoice =
      WithAmounts({kHalfNano, 3 * kHalfNano, kHalfNano + 1, -kHalfNano, 2 * kHalfNano});
  ASSERT_TRUE(Settle(invoice).ok());
  const std::vector<std::int64_t> expected = {0, 2, 1, 0, 1};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(invoice.lines[i].amount_nanos, expected[i]) << i;
  }
  EXPECT_EQ(invoice.total_nanos, 4);
}

TEST(InvoiceTest, CentsAreRoundedHalfToEvenFromTheTotal) {
  const struct {
    std::int64_t nanos, cents;
  } cases[] = {
      {5'000'000, 0}, {15'000'000, 2}, {5'000'001, 1}, {-15'000'000, -2}, {9'990'000'000, 999}};
  for (const auto& [nanos, cents] : cases) {
    Invoice invoice = WithAmounts({FromNanos(nanos).value});
    ASSERT_TRUE(Settle(invoice).ok());
    EXPECT_EQ(invoice.due_cents, cents) << nanos;
  }
}

TEST(InvoiceTest, AdjustmentsAreSummedUpApart) {
  const Invoice invoice = AnInvoice(NewId());
  EXPECT_EQ(invoice.charges_nanos, 324'000'000 + 100 - 60'000);
  EXPECT_EQ(invoice.adjustments_nanos, -100'000'000);
  EXPECT_EQ(invoice.total_nanos, invoice.charges_nanos + invoice.adjustments_nanos);
  EXPECT_EQ(invoice.due_cents, 22);
}

TEST(InvoiceTest, WhatDoesNotFitIsAnError) {
  const Int128 most = FromNanos(std::numeric_limits<std::int64_t>::max()).value;
  Invoice one = WithAmounts({most + 2 * kHalfNano});
  EXPECT_TRUE(absl::IsOutOfRange(Settle(one)));
  Invoice two = WithAmounts({most, most});
  EXPECT_TRUE(absl::IsOutOfRange(Settle(two)));
}

TEST(InvoiceTest, AnIdFollowsFromProjectAndNumber) {
  const std::string project = NewId();
  EXPECT_EQ(InvoiceIdOf(project, 1), InvoiceIdOf(project, 1));
  EXPECT_NE(InvoiceIdOf(project, 1), InvoiceIdOf(project, 2));
  EXPECT_NE(InvoiceIdOf(project, 1), InvoiceIdOf(NewId(), 1));
}

TEST(InvoiceTest, SectionsHaveNamesThatAreReadBack) {
  for (const LineSection section : {LineSection::kUsage, LineSection::kLate,
                                    LineSection::kCorrection, LineSection::kAdjustment}) {
    EXPECT_EQ(*ParseLineSection(NameOf(section)), section);
  }
  EXPECT_TRUE(absl::IsInternal(ParseLineSection("early").status()));
  EXPECT_EQ(NameOf(AdjustmentKind::kVolumeTier), "volume_tier");
  EXPECT_EQ(NameOf(AdjustmentKind::kCredit), "credit_grant");
}

}  // namespace
}  // namespace furnace::metering
