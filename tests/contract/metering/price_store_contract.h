// What every PriceStore with its PriceHistory and every TermStore must do.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "services/metering/app/price_ports.h"
#include "services/metering/app/term_desk.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {

/// `Backend` offers prices(), history() and terms(). Tests share the list, and keep to projects
/// of their own.
template <typename Backend>
class PriceStoreContract : public testing::Test {
 protected:
  // A price of this test's project.
  Price Own(std::int64_t nanos, std::int64_t from_us) const {
    Price price{PriceUnit::kGpuSecond, "rtx4090", nanos, from_us};
    price.project_id = project_;
    return price;
  }

  std::vector<PriceLine> Announce(const std::vector<Price>& prices) {
    const auto lines = backend_.history().Announce(prices, kTenUs + 1);
    EXPECT_TRUE(lines.ok()) << lines.status();
    return lines.ok() ? *lines : std::vector<PriceLine>{};
  }

  std::optional<std::int64_t> At(std::int64_t time_us) {
    return backend_.prices().Load()->At(PriceUnit::kGpuSecond,
                                        {.gpu_type = "rtx4090", .project_id = project_}, time_us);
  }

  const std::string project_ = NewId();
  Backend backend_;
};
TYPED_TEST_SUITE_P(PriceStoreContract);

TYPED_TEST_P(PriceStoreContract, AnAnnouncedPriceIsInTheNextList) {
  const std::int64_t before = this->backend_.prices().Load()->version();
  Price regional = this->Own(5, kTenUs);
  regional.region = "eu";
  regional.tier = "spot";
  const auto lines = this->Announce({this->Own(7, kTenUs), regional});
  ASSERT_EQ(lines.size(), 2);
  EXPECT_LT(lines[0].id, lines[1].id);
  EXPECT_EQ(lines[1].price.region, "eu");
  EXPECT_EQ(lines[1].price.tier, "spot");
  EXPECT_EQ(lines[1].price.nanos, 5);
  EXPECT_EQ(lines[1].price.effective_from_us, kTenUs);
  EXPECT_EQ(lines[1].announced_us, kTenUs + 1);
  EXPECT_GT(lines[1].price.version, before);
  EXPECT_EQ(lines[0].price.version, lines[1].price.version);
  EXPECT_EQ(this->At(kTenUs), 7);
  EXPECT_GE(this->backend_.prices().Load()->version(), lines[0].price.version);
}

TYPED_TEST_P(PriceStoreContract, OfTwoFromTheSameHourTheLaterCounts) {
  this->Announce({this->Own(7, kTenUs)});
  this->Announce({this->Own(6, kTenUs)});
  EXPECT_EQ(this->At(kTenUs), 6);
}

TYPED_TEST_P(PriceStoreContract, ALineThatEndsGivesWay) {
  Price end = this->Own(0, kTenUs + kHourUs);
  end.ended = true;
  EXPECT_TRUE(this->Announce({this->Own(7, kTenUs), end})[1].price.ended);
  EXPECT_EQ(this->At(kTenUs), 7);
  EXPECT_EQ(this->At(kTenUs + kHourUs), 120'000);
}

TYPED_TEST_P(PriceStoreContract, OnlyWhatIsNotInForceIsWithdrawn) {
  const auto lines = this->Announce({this->Own(7, kTenUs), this->Own(6, kTenUs + kHourUs)});
  PriceHistory& history = this->backend_.history();
  EXPECT_TRUE(absl::IsFailedPrecondition(history.Withdraw(lines[0].id, kTenUs).status()));
  const auto withdrawn = history.Withdraw(lines[1].id, kTenUs + 2);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->withdrawn_us, kTenUs + 2);
  EXPECT_EQ(history.Withdraw(lines[1].id, kTenUs + kDayUs)->withdrawn_us, kTenUs + 2);
  EXPECT_TRUE(absl::IsNotFound(history.Withdraw(1'000'000'000, kTenUs).status()));
  EXPECT_EQ(this->At(kTenUs + kHourUs), 7);
}

TYPED_TEST_P(PriceStoreContract, TheHistoryHasAllLinesByPage) {
  const auto lines = this->Announce({this->Own(1, kTenUs), this->Own(2, kTenUs + kHourUs)});
  ASSERT_TRUE(this->backend_.history().Withdraw(lines[1].id, kTenUs).ok());
  const auto page = this->backend_.history().List({.project_id = this->project_, .limit = 9});
  ASSERT_TRUE(page.ok() && page->size() == 2) << page.status();
  EXPECT_EQ((*page)[0].price, lines[0].price);
  EXPECT_TRUE((*page)[1].withdrawn_us.has_value());
  EXPECT_EQ(this->backend_.history()
                .List({.project_id = this->project_, .after_id = lines[0].id, .limit = 9})
                ->size(),
            1);
  EXPECT_EQ(this->backend_.history().List({.limit = 3})->size(), 3);
}

TYPED_TEST_P(PriceStoreContract, ATermComesBackAsItWasAdded) {
  Term term{.kind = TermKind::kGraduated,
            .gpu_type = "rtx4090",
            .project_id = this->project_,
            .tiers = {{0, 9}, {100, 7}},
            .from_us = kTenUs,
            .until_us = kTenUs + 60 * kDayUs,
            .description = "it's a deal"};
  const auto added = this->backend_.terms().Add(term);
  ASSERT_TRUE(added.ok()) << added.status();
  term.id = added->id;
  EXPECT_EQ(*added, term);
  const auto terms = this->backend_.terms().Load(this->project_);
  ASSERT_TRUE(terms.ok()) << terms.status();
  EXPECT_EQ(std::count(terms->begin(), terms->end(), term), 1);
  EXPECT_EQ(std::ranges::count(*this->backend_.terms().Load(NewId()), term.id, &Term::id), 0);
  EXPECT_EQ(std::ranges::count(*this->backend_.terms().Load({}), term.id, &Term::id), 1);
}

TYPED_TEST_P(PriceStoreContract, ATermEndsOnceAndNotBeforeItStarts) {
  const Term term{.kind = TermKind::kAllowance,
                  .unit = PriceUnit::kInvocation,
                  .project_id = this->project_,
                  .quantity = 5,
                  .from_us = kTenUs};
  TermStore& terms = this->backend_.terms();
  const std::int64_t id = terms.Add(term)->id;
  EXPECT_EQ(terms.End(id, kTenUs + kDayUs)->until_us, kTenUs + kDayUs);
  EXPECT_EQ(terms.End(id, kTenUs + 2 * kDayUs)->until_us, kTenUs + kDayUs);
  EXPECT_EQ(terms.End(id, kTenUs - kDayUs)->until_us, kTenUs);
  EXPECT_TRUE(absl::IsNotFound(terms.End(1'000'000'000, kTenUs).status()));
}

REGISTER_TYPED_TEST_SUITE_P(PriceStoreContract, AnAnnouncedPriceIsInTheNextList,
                            OfTwoFromTheSameHourTheLaterCounts, ALineThatEndsGivesWay,
                            OnlyWhatIsNotInForceIsWithdrawn, TheHistoryHasAllLinesByPage,
                            ATermComesBackAsItWasAdded, ATermEndsOnceAndNotBeforeItStarts);

}  // namespace furnace::metering
