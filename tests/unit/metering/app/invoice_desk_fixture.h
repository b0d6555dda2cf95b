#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/metering/app/invoice_desk.h"
#include "tests/support/metering_invoices.h"
#include "tests/support/metering_memory_invoices.h"

namespace furnace::metering {

/// A project with a desk for its invoices, in the first hour of April.
class InvoiceDeskFixture : public testing::Test {
 protected:
  UsageRecord RecordAt(std::int64_t start_us, const std::string& project_id) const {
    UsageRecord record = ARecord();
    record.project_id = project_id;
    record.endpoint_id = "00000000-0000-4000-9000-000000000001";
    record.start_us = start_us;
    record.end_us = start_us + 10 * kSecondUs;
    return record;
  }

  // Ten seconds of an rtx4000, and an invocation: 700,000 nano-dollars.
  void Use(std::int64_t start_us) { UseBy(project_, start_us); }
  void UseBy(const std::string& project_id, std::int64_t start_us) {
    const auto bills = DefaultBills({RecordAt(start_us, project_id)});
    ASSERT_TRUE(usage_.Record(bills, absl::ToUnixMicros(clock_.Now())).ok());
  }

  Invoice Final(Span month) {
    const auto invoice = desk_.Finalize(project_, month);
    EXPECT_TRUE(invoice.ok()) << invoice.status();
    return invoice.ok() ? *invoice : Invoice{};
  }

  Invoice DraftOf(std::optional<Span> period = std::nullopt) {
    const auto draft = desk_.Draft(project_, period);
    EXPECT_TRUE(draft.ok()) << draft.status();
    return draft.ok() ? *draft : Invoice{};
  }

  static constexpr std::int64_t kUse = 700'000;
  const std::string project_ = NewId();
  MovableClock clock_{April().start_us};
  MemoryUsageStore usage_;
  MemoryInvoiceStore store_{usage_};
  std::int64_t discount_nanos_ = 0;
  FakeAdjuster first_{[this](const PeriodCharges&) {
    std::vector<Adjustment> adjustments;
    if (discount_nanos_ == 0) return adjustments;
    adjustments.push_back({.kind = AdjustmentKind::kSubsidy,
                           .reference = "policy-1",
                           .amount = FromNanos(-discount_nanos_)});
    return adjustments;
  }};
  FakeAdjuster second_{[](const PeriodCharges&) { return std::vector<Adjustment>(); }};
  FakeCommitter committer_;
  InvoiceMaker maker_{usage_, {&first_, &second_}, clock_};
  InvoiceDesk desk_{usage_, store_, maker_, committer_, "Example", clock_};
};

}  // namespace furnace::metering
