#include "services/metering/domain/invoice_charges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/metering_invoices.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kEver = 1'000'000;

Bill BillOf(std::int64_t start_us, std::int64_t length_us, Cause cause = Cause::kNone) {
  UsageRecord record = ARecord();
  record.endpoint_id = "00000000-0000-4000-9000-000000000001";
  record.start_us = start_us;
  record.end_us = start_us + length_us;
  record.cause = cause;
  return DefaultBill(record);
}

Int128 TotalOf(const std::vector<InvoiceLine>& lines) {
  Int128 total = 0;
  for (const InvoiceLine& line : lines) total += line.amount.value;
  return total;
}

Int128 TotalOf(const Bill& bill) {
  Int128 total = 0;
  for (const Entry& entry : bill.entries) {
    if (entry.account == Account::kCustomer) total += entry.amount.value;
  }
  return total;
}

TEST(InvoiceChargesTest, WhatAgreesInAllIsOneLine) {
  InvoiceCharges charges(March(), {}, kEver);
  ASSERT_TRUE(charges.Take(1, BillOf(kTenUs, kMinuteUs)).ok());
  ASSERT_TRUE(charges.Take(2, BillOf(kTenUs + kHourUs, kMinuteUs)).ok());
  const std::vector<InvoiceLine> lines = charges.Lines();
  ASSERT_EQ(lines.size(), 2);
  EXPECT_EQ(lines[0].kind, "gpu_time");
  EXPECT_EQ(lines[0].quantity, 2 * kMinuteUs * kMilliGpus);
  EXPECT_EQ(lines[0].used, (Span{kTenUs, kTenUs + kHourUs + kMinuteUs}));
  EXPECT_EQ(lines[0].price_nanos, 60'000);
  EXPECT_EQ(lines[0].amount, GpuCharge(60'000, 2 * kMinuteUs * kMilliGpus));
  EXPECT_EQ(lines[1].kind, "invocation");
  EXPECT_EQ(lines[1].quantity, 2);
  EXPECT_EQ(charges.Charges().size(), 2);
}

TEST(InvoiceChargesTest, WhatThePlatformFailedIsALineOfItsOwn) {
  InvoiceCharges charges(March(), {}, kEver);
  ASSERT_TRUE(charges.Take(1, BillOf(kTenUs, kMinuteUs, Cause::kWorkerLost)).ok());
  const std::vector<InvoiceLine> lines = charges.Lines();
  ASSERT_EQ(lines.size(), 2);
  EXPECT_EQ(lines[1].kind, "credit");
  EXPECT_EQ(lines[1].amount, -lines[0].amount);
}

TEST(InvoiceChargesTest, ARecordIsCutWhereTheMonthEnds) {
  const std::int64_t end = March().end_us;
  const Bill bill = BillOf(end - kMinuteUs, 3 * kMinuteUs);
  InvoiceCharges march(March(), {}, 1);
  ASSERT_TRUE(march.Take(1, bill).ok());
  ASSERT_EQ(march.Lines().size(), 1);
  EXPECT_EQ(march.Lines()[0].quantity, kMinuteUs * kMilliGpus);
  EXPECT_EQ(march.Cut(), (InvoiceCut{.transaction = 1, .end_us = end, .open_from = 1}));

  InvoiceCharges april(April(), march.Cut(), 1);
  ASSERT_TRUE(april.Take(1, bill).ok());
  ASSERT_EQ(april.Lines().size(), 2);  // The invocation is where it ends.
  EXPECT_EQ(april.Lines()[0].section, LineSection::kUsage);
  EXPECT_EQ(april.Lines()[0].quantity, 2 * kMinuteUs * kMilliGpus);
  EXPECT_EQ(april.Cut().open_from, 2);
}

TEST(InvoiceChargesTest, WhatIsBookedAfterItsInvoiceIsLateOnTheNextByMonth) {
  const InvoiceCut before = {.transaction = 5, .end_us = April().end_us, .open_from = 6};
  InvoiceCharges charges(May(), before, 9);
  ASSERT_TRUE(charges.Take(5, BillOf(kTenUs, kMinuteUs)).ok());
  ASSERT_TRUE(charges.Take(6, BillOf(kTenUs, kMinuteUs)).ok());
  ASSERT_TRUE(charges.Take(7, BillOf(April().start_us, kMinuteUs)).ok());
  ASSERT_TRUE(charges.Take(8, BillOf(May().start_us, kMinuteUs)).ok());
  ASSERT_TRUE(charges.Take(10, BillOf(May().start_us, kMinuteUs)).ok());
  const std::vector<InvoiceLine> lines = charges.Lines();
  ASSERT_EQ(lines.size(), 6);
  EXPECT_EQ(lines[0].section, LineSection::kUsage);
  EXPECT_EQ(lines[0].quantity, kMinuteUs * kMilliGpus);
  EXPECT_EQ(lines[2].section, LineSection::kLate);
  EXPECT_EQ(lines[2].used.start_us, kTenUs);
  EXPECT_EQ(lines[4].section, LineSection::kLate);
  EXPECT_EQ(lines[4].used.start_us, April().start_us);
}

TEST(InvoiceChargesTest, ACorrectionIsOnTheFirstInvoiceMadeAfterIt) {
  Transaction correction{
      .number = 3, .time_us = April().start_us, .reason = std::string(kReasonCorrection)};
  correction.entries = {{.account = Account::kCustomer, .gpu_type = "rtx4000", .amount = {-5}},
                        {.account = Account::kRevenue, .kind = EntryKind::kBalance, .amount = {5}}};
  InvoiceCharges march(March(), {}, 4);
  ASSERT_TRUE(march.Take(correction).ok());
  ASSERT_EQ(march.Lines().size(), 1);
  EXPECT_EQ(march.Lines()[0].section, LineSection::kCorrection);
  EXPECT_EQ(march.Lines()[0].amount, AttoUsd{-5});
  InvoiceCharges april(April(), march.Cut(), 9);
  ASSERT_TRUE(april.Take(correction).ok());
  EXPECT_TRUE(april.Lines().empty());
  correction.reason = kReasonUsage;  // Its bills say it all.
  InvoiceCharges usage(March(), {}, 4);
  ASSERT_TRUE(usage.Take(correction).ok());
  EXPECT_TRUE(usage.Lines().empty());
}

// Random usage of a year, booked in random order, and cut by invoices that are made at random
// times: each entry is on the invoice that the definition names, and on no other.
class PartitionTest : public testing::TestWithParam<int> {
 protected:
  struct Booked {
    std::int64_t number;
    Bill bill;
  };

  std::int64_t Below(std::int64_t n) {
    return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
  }

  std::vector<Booked> Book(int transactions) {
    std::vector<Booked> booked;
    for (std::int64_t number = 1; number <= transactions; ++number) {
      for (std::int64_t i = 0; i <= Below(3); ++i) {
        const Cause cause = Below(5) == 0 ? Cause::kPlatform : Cause::kNone;
        booked.push_back(
            {number, BillOf(March().start_us + Below(8 * 31 * kDayUs), Below(2 * kDayUs), cause)});
      }
    }
    return booked;
  }

  std::mt19937_64 random_{static_cast<std::uint64_t>(GetParam())};
};

TEST_P(PartitionTest, EachEntryIsOnOneInvoice) {
  constexpr int kTransactions = 60;
  const std::vector<Booked> booked = Book(kTransactions);
  InvoiceCut before;
  Span period = March();
  Int128 invoiced = 0;
  for (int invoice = 0; invoice < 9; ++invoice) {
    const bool is_last = invoice == 8;
    if (is_last) period.end_us = March().start_us + 400 * kDayUs;
    const std::int64_t last =
        is_last ? kTransactions
                : before.transaction + Below(kTransactions - before.transaction + 1);
    InvoiceCharges charges(period, before, last);
    Int128 expected = 0;
    for (const auto& [number, bill] : booked) {
      if (number < before.open_from) continue;  // As the reader of the ledger leaves them out.
      ASSERT_TRUE(charges.Take(number, bill).ok());
    }
    for (const auto& [number, bill] : booked) {
      for (const Entry& entry : bill.entries) {
        if (entry.account != Account::kCustomer) continue;
        const bool at_end = entry.kind == EntryKind::kInvocation;
        const std::int64_t time = at_end ? bill.record.end_us : entry.span.start_us;
        const bool earlier = number <= before.transaction && time < before.end_us;
        if (!earlier && number <= last && time < period.end_us) expected += entry.amount.value;
      }
    }
    EXPECT_EQ(TotalOf(charges.Lines()) == expected, true) << "invoice " << invoice;
    invoiced += TotalOf(charges.Lines());
    before = charges.Cut();
    period = MonthAt(period.end_us);
  }
  Int128 all = 0;
  for (const auto& [number, bill] : booked) all += TotalOf(bill);
  EXPECT_TRUE(invoiced == all);
}

INSTANTIATE_TEST_SUITE_P(Seeds, PartitionTest, testing::Range(0, 50));

}  // namespace
}  // namespace furnace::metering
