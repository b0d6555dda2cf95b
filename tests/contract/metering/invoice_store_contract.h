// What every InvoiceStore must do.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "services/metering/app/invoice_ports.h"
#include "services/metering/app/ports.h"
#include "tests/support/metering_invoices.h"

namespace furnace::metering {

/// `Backend` offers usage() and invoices(). Tests do not share projects.
template <typename Backend>
class InvoiceStoreContract : public testing::Test {
 protected:
  static constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();

  InvoiceStore& store() { return backend_.invoices(); }

  // The project's invoice of this number; the first is of March.
  Invoice Numbered(std::int64_t number) const {
    Invoice invoice = AnInvoice(project_, number);
    for (std::int64_t i = 1; i < number; ++i) invoice.period = MonthAt(invoice.period.end_us);
    invoice.cut.end_us = invoice.period.end_us;
    return invoice;
  }

  void Append(std::int64_t number) {
    const absl::Status status = store().Append(Numbered(number));
    ASSERT_TRUE(status.ok()) << status;
  }

  bool IsDue(std::int64_t end_us) {
    std::string after;
    for (;;) {
      const auto due = store().Due(end_us, after, 3);
      EXPECT_TRUE(due.ok()) << due.status();
      if (!due.ok() || due->empty()) return false;
      EXPECT_TRUE(std::is_sorted(due->begin(), due->end()));
      EXPECT_LT(after, due->front());
      if (std::find(due->begin(), due->end(), project_) != due->end()) return true;
      after = due->back();
    }
  }

  const std::string project_ = NewId();
  Backend backend_;
};
TYPED_TEST_SUITE_P(InvoiceStoreContract);

TYPED_TEST_P(InvoiceStoreContract, AnInvoiceComesBackAsItWasKept) {
  this->Append(1);
  const Invoice kept = this->Numbered(1);
  const auto found = this->store().Get(this->project_, kept.id);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, kept);
}

TYPED_TEST_P(InvoiceStoreContract, AnInvoiceWithoutLinesIsKeptToo) {
  Invoice empty = this->Numbered(1);
  empty.lines.clear();
  ASSERT_TRUE(Settle(empty).ok());
  ASSERT_TRUE(this->store().Append(empty).ok());
  EXPECT_EQ(*this->store().Get(this->project_, empty.id), empty);
}

TYPED_TEST_P(InvoiceStoreContract, OnlyWhatComesNextIsKept) {
  EXPECT_TRUE(absl::IsAborted(this->store().Append(this->Numbered(2))));
  this->Append(1);
  EXPECT_FALSE(this->store().Append(this->Numbered(1)).ok());
  EXPECT_TRUE(absl::IsAborted(this->store().Append(this->Numbered(3))));
  Invoice gap = this->Numbered(2);
  gap.period = MonthAt(gap.period.end_us);
  EXPECT_TRUE(absl::IsAborted(this->store().Append(gap)));
  Invoice back = this->Numbered(2);
  --back.cut.transaction;
  EXPECT_TRUE(absl::IsAborted(this->store().Append(back)));
  this->Append(2);
  EXPECT_EQ(this->store().List(this->project_, this->kEver, 9)->size(), 2);
}

TYPED_TEST_P(InvoiceStoreContract, TheListIsTheNewestFirstAndWithoutLines) {
  for (const int number : {1, 2, 3}) this->Append(number);
  const auto all = this->store().List(this->project_, this->kEver, 2);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->size(), 2);
  EXPECT_EQ((*all)[0].number, 3);
  EXPECT_EQ((*all)[1].number, 2);
  EXPECT_TRUE((*all)[0].lines.empty());
  EXPECT_EQ((*all)[0].total_nanos, this->Numbered(3).total_nanos);
  const auto rest = this->store().List(this->project_, 2, 9);
  ASSERT_EQ(rest->size(), 1);
  EXPECT_EQ((*rest)[0].number, 1);
}

TYPED_TEST_P(InvoiceStoreContract, AnotherProjectHasNone) {
  this->Append(1);
  const std::string other = NewId();
  EXPECT_TRUE(absl::IsNotFound(this->store().Get(other, this->Numbered(1).id).status()));
  EXPECT_TRUE(absl::IsNotFound(this->store().Get(this->project_, NewId()).status()));
  EXPECT_TRUE(this->store().List(other, this->kEver, 9)->empty());
  EXPECT_EQ(*this->store().OpenFrom(other), 0);
  EXPECT_FALSE(this->store().LastBefore(other, this->kEver)->has_value());
}

TYPED_TEST_P(InvoiceStoreContract, WhatIsClosedEndsWithTheLastInvoice) {
  EXPECT_EQ(*this->store().OpenFrom(this->project_), 0);
  this->Append(1);
  EXPECT_EQ(*this->store().OpenFrom(this->project_), April().start_us);
  this->Append(2);
  EXPECT_EQ(*this->store().OpenFrom(this->project_), May().start_us);
  EXPECT_FALSE((*this->store().LastBefore(this->project_, April().start_us - 1)).has_value());
  EXPECT_EQ((*this->store().LastBefore(this->project_, April().start_us))->number, 1);
  EXPECT_EQ((*this->store().LastBefore(this->project_, this->kEver))->number, 2);
}

TYPED_TEST_P(InvoiceStoreContract, AProjectIsDueFromItsFirstUsageToItsInvoice) {
  EXPECT_FALSE(this->store().FirstUsage(this->project_)->has_value());
  EXPECT_FALSE(this->IsDue(April().start_us));
  UsageRecord record = ARecord();
  record.project_id = this->project_;
  ASSERT_TRUE(this->backend_.usage().Record(DefaultBills({record}), kTenUs).ok());
  EXPECT_EQ(this->store().FirstUsage(this->project_)->value_or(0), kTenUs);
  EXPECT_FALSE(this->IsDue(March().start_us));
  EXPECT_TRUE(this->IsDue(April().start_us));
  this->Append(1);
  EXPECT_FALSE(this->IsDue(April().start_us));
  EXPECT_TRUE(this->IsDue(May().start_us));
}

TYPED_TEST_P(InvoiceStoreContract, OneRunsAtATime) {
  bool inner = true;
  const auto outer = this->store().RunAlone([&] { inner = *this->store().RunAlone([] {}); });
  ASSERT_TRUE(outer.ok()) << outer.status();
  EXPECT_TRUE(*outer);
  EXPECT_FALSE(inner);
  EXPECT_TRUE(*this->store().RunAlone([] {}));
}

REGISTER_TYPED_TEST_SUITE_P(InvoiceStoreContract, AnInvoiceComesBackAsItWasKept,
                            AnInvoiceWithoutLinesIsKeptToo, OnlyWhatComesNextIsKept,
                            TheListIsTheNewestFirstAndWithoutLines, AnotherProjectHasNone,
                            WhatIsClosedEndsWithTheLastInvoice,
                            AProjectIsDueFromItsFirstUsageToItsInvoice, OneRunsAtATime);

}  // namespace furnace::metering
