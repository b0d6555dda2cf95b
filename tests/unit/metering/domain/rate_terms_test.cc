#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "services/metering/domain/terms.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kGpuSecond = 1'000'000'000;  // Microseconds x thousandths of a GPU.

Charge GpuCharge(const char* gpu_type, std::int64_t seconds, std::int64_t nanos) {
  return {.kind = EntryKind::kGpuTime,
          .gpu_type = gpu_type,
          .price_nanos = nanos,
          .quantity = Int128{seconds} * kGpuSecond,
          .amount = FromNanos(seconds * nanos)};
}

Charge Invocations(std::int64_t count, std::int64_t nanos) {
  return {.kind = EntryKind::kInvocation,
          .gpu_type = "rtx4000",
          .price_nanos = nanos,
          .quantity = count,
          .amount = FromNanos(count * nanos)};
}

Term Tiers(TermKind kind) {
  return {.id = 7, .kind = kind, .tiers = {{0, 10}, {100, 8}, {200, 5}}};
}

// What `term` adds to what the charges come to, in nano-dollars.
std::int64_t NanosOf(const Term& term, const std::vector<Charge>& charges) {
  const auto adjustments = ApplyTerms({term}, charges, /*with_minimum=*/true);
  EXPECT_TRUE(adjustments.ok()) << adjustments.status();
  AttoUsd total;
  for (const Adjustment& adjustment : *adjustments) total = *Add(total, adjustment.amount);
  EXPECT_TRUE(total.value % ledger::kAttosPerNano == 0);
  return *ToNanos(total);
}

TEST(ApplyTermsTest, TiersTakeThePlaceOfThePriceList) {
  struct Case {
    std::int64_t seconds;
    std::int64_t graduated;  // What it then costs.
    std::int64_t volume;
  };
  // The list's price is 10.
  for (const Case& each : {Case{1, 10, 10}, Case{100, 1'000, 1'000}, Case{101, 1'008, 808},
                           Case{200, 1'800, 1'600}, Case{300, 2'300, 1'500}}) {
    const std::vector<Charge> charges = {GpuCharge("rtx4090", each.seconds, 10)};
    const std::int64_t listed = each.seconds * 10;
    EXPECT_EQ(listed + NanosOf(Tiers(TermKind::kGraduated), charges), each.graduated);
    EXPECT_EQ(listed + NanosOf(Tiers(TermKind::kVolume), charges), each.volume);
  }
}

TEST(ApplyTermsTest, PartsOfUnitsAreRatedExactly) {
  Charge charge = GpuCharge("rtx4090", 100, 10);
  charge.quantity += 1;  // A microsecond of a thousandth of a GPU.
  charge.amount.value += 10;
  const auto adjustments = ApplyTerms({Tiers(TermKind::kGraduated)}, {{charge}}, true);
  ASSERT_EQ(adjustments->size(), 1);
  EXPECT_TRUE((*adjustments)[0].amount.value == -2);
  EXPECT_EQ((*adjustments)[0].kind, AdjustmentKind::kVolumeTier);
  EXPECT_EQ((*adjustments)[0].reference, "term 7");
}

TEST(ApplyTermsTest, APackageIsSoldWhole) {
  const Term package{.kind = TermKind::kPackage,
                     .unit = PriceUnit::kInvocation,
                     .quantity = 1'000,
                     .nanos = 50'000};
  for (const auto& [count, cost] : std::map<std::int64_t, std::int64_t>{
           {1, 50'000}, {1'000, 50'000}, {1'001, 100'000}, {2'000, 100'000}}) {
    EXPECT_EQ(count * 100 + NanosOf(package, {Invocations(count, 100)}), cost);
  }
  EXPECT_EQ(NanosOf(package, {}), 0);
}

TEST(ApplyTermsTest, AnAllowanceTakesTheDearestFirst) {
  const Term free{.kind = TermKind::kAllowance, .gpu_type = "rtx4000", .quantity = 50};
  const std::vector<Charge> charges = {GpuCharge("rtx4000", 40, 6), GpuCharge("rtx4000", 30, 9),
                                       GpuCharge("rtx4090", 99, 12)};
  EXPECT_EQ(NanosOf(free, charges), -(30 * 9 + 20 * 6));
  EXPECT_EQ(NanosOf(free, {GpuCharge("rtx4000", 3, 6)}), -18);
  EXPECT_EQ(NanosOf(free, {GpuCharge("rtx4090", 3, 6)}), 0);
}

TEST(ApplyTermsTest, WhatIsFreeDoesNotCountForTiers) {
  const std::vector<Term> terms = {
      {.id = 1, .kind = TermKind::kAllowance, .quantity = 50},
      {.id = 2, .kind = TermKind::kGraduated, .tiers = {{0, 10}, {100, 5}}}};
  const std::vector<Charge> charges = {GpuCharge("rtx4090", 170, 10)};
  const auto adjustments = ApplyTerms(terms, charges, true);
  ASSERT_EQ(adjustments->size(), 2);
  EXPECT_TRUE((*adjustments)[0].amount == FromNanos(-500));
  EXPECT_TRUE((*adjustments)[1].amount == FromNanos(100 * 10 + 20 * 5 - 1'200));
}

TEST(ApplyTermsTest, AUnitIsRatedByTheMostSpecificTermOnly) {
  const std::vector<Term> terms = {
      {.id = 1, .kind = TermKind::kVolume, .gpu_type = "rtx4090", .tiers = {{0, 7}}},
      {.id = 2, .kind = TermKind::kVolume, .tiers = {{0, 1}}}};
  const std::vector<Charge> charges = {GpuCharge("rtx4090", 10, 12), GpuCharge("rtx4000", 10, 6)};
  const auto adjustments = ApplyTerms(terms, charges, true);
  ASSERT_EQ(adjustments->size(), 2);
  EXPECT_TRUE((*adjustments)[0].amount == FromNanos(70 - 120));
  EXPECT_TRUE((*adjustments)[1].amount == FromNanos(10 - 60));
}

TEST(ApplyTermsTest, WhatIsCreditedIsNoUse) {
  std::vector<Charge> charges = {GpuCharge("rtx4090", 120, 10), GpuCharge("rtx4090", 20, 10)};
  charges[1].kind = EntryKind::kCredit;
  charges[1].amount = -charges[1].amount;
  EXPECT_EQ(NanosOf(Tiers(TermKind::kVolume), charges), 0);
}

TEST(ApplyTermsTest, UnpricedAndCoveredTimeAndCorrectionsAreLeftAlone) {
  std::vector<Charge> charges(3, GpuCharge("rtx4090", 150, 10));
  charges[0].price_nanos = std::nullopt;
  charges[1].kind = EntryKind::kCovered;
  charges[2].kind = EntryKind::kCorrection;
  EXPECT_EQ(NanosOf(Tiers(TermKind::kVolume), charges), 0);
}

TEST(ApplyTermsTest, AMinimumIsFilledUpWhenTheMonthIsOver) {
  const Term minimum{.kind = TermKind::kMinimum, .nanos = 5'000};
  EXPECT_EQ(NanosOf(minimum, {}), 5'000);
  EXPECT_EQ(NanosOf(minimum, {GpuCharge("rtx4090", 100, 10)}), 4'000);
  EXPECT_EQ(NanosOf(minimum, {GpuCharge("rtx4090", 500, 10)}), 0);
  EXPECT_TRUE(ApplyTerms({minimum}, {}, /*with_minimum=*/false)->empty());
}

TEST(ApplyTermsTest, StorageIsRatedByTheGbMonth) {
  const Int128 gb_month = Int128{1'000'000'000} * ledger::kStorageMonthUs;
  const Charge stored{.kind = EntryKind::kStorage,
                      .price_nanos = 20,
                      .quantity = 3 * gb_month,
                      .amount = FromNanos(60)};
  const Term tiers{
      .kind = TermKind::kGraduated, .unit = PriceUnit::kGbMonth, .tiers = {{0, 20}, {1, 5}}};
  EXPECT_EQ(NanosOf(tiers, {stored}), 20 + 2 * 5 - 60);
}

TEST(ApplyTermsTest, AnAmountThatDoesNotFitIsAnError) {
  const Int128 huge = Int128{1} << 126;
  const Charge charge{.kind = EntryKind::kGpuTime, .price_nanos = 1, .quantity = huge};
  EXPECT_TRUE(
      absl::IsOutOfRange(ApplyTerms({Tiers(TermKind::kVolume)}, {{charge}}, true).status()));
}

// --- Against a second opinion: fractions, unit by unit, and nothing of the above ---

using Fraction = boost::multiprecision::cpp_rational;

Fraction FractionOf(Int128 value) { return Fraction(ToString(value)); }

// Dollars of `quantity` units at the tiers, by walking up through them.
Fraction ByTiers(const Term& term, const Fraction& quantity) {
  Fraction cost = 0;
  for (std::size_t i = 0; i < term.tiers.size(); ++i) {
    const Fraction from = term.tiers[i].from;
    if (quantity <= from) break;
    const bool last = i + 1 == term.tiers.size();
    const Fraction to = last ? quantity : std::min<Fraction>(quantity, term.tiers[i + 1].from);
    const Fraction nanos = term.tiers[i].nanos;
    cost = term.kind == TermKind::kVolume ? Fraction(quantity * nanos)
                                          : Fraction(cost + (to - from) * nanos);
  }
  return cost;
}

Fraction ByPackage(const Term& term, const Fraction& quantity) {
  boost::multiprecision::cpp_int packages = 0;
  while (Fraction(packages * term.quantity) < quantity) ++packages;
  return Fraction(packages * term.nanos);
}

// What a month costs in nano-dollars: of one GPU type, at some prices.
Fraction Expected(const std::vector<Term>& terms, const std::vector<Charge>& charges) {
  std::map<std::int64_t, Fraction, std::greater<>> units;  // By price.
  for (const Charge& charge : charges) {
    units[*charge.price_nanos] += FractionOf(charge.quantity) / kGpuSecond;
  }
  Fraction total = 0;
  bool rated = false;
  for (const Term& term : terms) {
    if (term.kind == TermKind::kAllowance) {
      Fraction left = term.quantity;
      for (auto& [nanos, quantity] : units) {
        const Fraction taken = std::min(left, quantity);
        quantity -= taken;
        left -= taken;
      }
      continue;
    }
    Fraction quantity = 0;
    for (const auto& [nanos, each] : units) quantity += each;
    if (term.kind == TermKind::kMinimum) continue;
    rated = true;
    total = term.kind == TermKind::kPackage ? ByPackage(term, quantity) : ByTiers(term, quantity);
  }
  if (!rated) {
    for (const auto& [nanos, quantity] : units) total += quantity * nanos;
  }
  if (!terms.empty() && terms.back().kind == TermKind::kMinimum) {
    total = std::max<Fraction>(total, terms.back().nanos);
  }
  return total;
}

class TermsPropertyTest : public testing::Test {
 protected:
  std::int64_t Pick(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }

  std::vector<Charge> SomeCharges() {
    std::vector<Charge> charges;
    for (std::int64_t i = Pick(0, 5); i > 0; --i) {
      Charge charge = GpuCharge("rtx4090", 0, Pick(0, 200'000));
      charge.quantity = Pick(0, 400 * kGpuSecond);
      charge.amount = {charge.quantity * *charge.price_nanos};
      charges.push_back(charge);
    }
    return charges;
  }

  Term SomeRating() {
    Term term{.kind = static_cast<TermKind>(Pick(0, 2))};
    if (term.kind == TermKind::kPackage) {
      term.quantity = Pick(1, 300);
      term.nanos = Pick(0, 1'000'000);
      return term;
    }
    std::int64_t from = 0;
    for (std::int64_t i = Pick(1, 4); i > 0; --i) {
      term.tiers.push_back({from, Pick(0, 200'000)});
      from += Pick(1, 300);
    }
    return term;
  }

  std::vector<Term> SomeTerms() {
    std::vector<Term> terms;
    if (Pick(0, 1) == 0) terms.push_back({.kind = TermKind::kAllowance, .quantity = Pick(1, 500)});
    if (Pick(0, 3) > 0) terms.push_back(SomeRating());
    if (Pick(0, 1) == 0) {
      terms.push_back({.kind = TermKind::kMinimum, .nanos = Pick(0, 100'000'000)});
    }
    return terms;
  }

  static std::uint64_t Seed() {
    const char* const given = std::getenv("FURNACE_TEST_SEED");
    const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device()();
    RecordProperty("seed", std::to_string(seed));
    return seed;
  }

  const std::uint64_t seed_ = Seed();
  std::mt19937_64 random_{seed_};
};

TEST_F(TermsPropertyTest, EveryMonthCostsWhatFractionsSay) {
  for (int round = 0; round < 5'000; ++round) {
    const std::vector<Charge> charges = SomeCharges();
    const std::vector<Term> terms = SomeTerms();
    const auto adjustments = ApplyTerms(terms, charges, true);
    ASSERT_TRUE(adjustments.ok()) << adjustments.status();
    Fraction total = 0;
    for (const Charge& charge : charges) total += FractionOf(charge.amount.value);
    for (const Adjustment& each : *adjustments) total += FractionOf(each.amount.value);
    ASSERT_EQ(total / ledger::kAttosPerNano, Expected(terms, charges)) << "seed " << seed_;
  }
}

}  // namespace
}  // namespace furnace::metering
