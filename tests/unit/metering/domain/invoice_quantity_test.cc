#include "services/metering/domain/invoice_quantity.h"

#include <gtest/gtest.h>

namespace furnace::metering {
namespace {

constexpr std::int64_t kGpuHour = 3'600'000'000'000;

TEST(InvoiceQuantityTest, GpuTimeIsExactInSecondsAndReadInHours) {
  const InvoiceLine line{.kind = "gpu_time", .price_nanos = 60'000, .quantity = kGpuHour + 1};
  EXPECT_EQ(QuantityText(line), "3600.000000001");
  EXPECT_EQ(ConsumedText(line), "3600.000000001");
  EXPECT_EQ(ReadableQuantity(line), "1 GPU-hours");
  EXPECT_EQ(UnitOf(line).name, "GPU-second");
  EXPECT_EQ(PriceText(line), "0.00006");
}

TEST(InvoiceQuantityTest, StorageIsCountedInMonthsAndConsumedInSeconds) {
  const Int128 month = Int128{1'000'000'000} * ledger::kStorageMonthUs;
  const InvoiceLine whole{.kind = "storage", .quantity = month * 3 / 2};
  EXPECT_EQ(QuantityText(whole), "1.5");
  EXPECT_EQ(ReadableQuantity(whole), "1.5 GB-months");
  EXPECT_EQ(ConsumedText(whole), "3942000");
  const InvoiceLine third{.kind = "storage", .quantity = month / 3};
  EXPECT_EQ(QuantityText(third), "0.333333333333333");
  // A petabyte for a year.
  const InvoiceLine much{.kind = "storage", .quantity = month * 12'000'000};
  EXPECT_EQ(QuantityText(much), "12000000");
}

TEST(InvoiceQuantityTest, InvocationsAreCountedAndMoneyIsNot) {
  const InvoiceLine calls{.kind = "invocation", .quantity = 12};
  EXPECT_EQ(QuantityText(calls), "12");
  EXPECT_EQ(ReadableQuantity(calls), "12 invocations");
  const InvoiceLine money{.section = LineSection::kAdjustment, .kind = "minimum"};
  EXPECT_EQ(QuantityText(money), "");
  EXPECT_EQ(ReadableQuantity(money), "");
  EXPECT_EQ(UnitOf(money).name, "");
  EXPECT_EQ(PriceText(money), "");
}

TEST(InvoiceQuantityTest, AnAdjustmentOfAGpuTypeCountsItsTime) {
  InvoiceLine line{.section = LineSection::kAdjustment, .kind = "allowance", .quantity = kGpuHour};
  EXPECT_EQ(ReadableQuantity(line), "");
  line.gpu_type = "rtx4000";
  EXPECT_EQ(ReadableQuantity(line), "1 GPU-hours");
}

TEST(InvoiceQuantityTest, MoneyIsWrittenOutExactly) {
  EXPECT_EQ(DollarText(-1'500'000'000), "-1.5");
  EXPECT_EQ(DollarText(1), "0.000000001");
  EXPECT_EQ(ExactDollarText({1}), "0.000000000000000001");
  EXPECT_EQ(CentText(0), "0.00");
  EXPECT_EQ(CentText(7), "0.07");
  EXPECT_EQ(CentText(-1'230), "-12.30");
}

}  // namespace
}  // namespace furnace::metering
