#include "services/metering/domain/terms.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

// 2026-03-01 and 2026-04-01, 00:00 UTC; kTenUs is the first of March, 10:00.
constexpr std::int64_t kMarchUs = kTenUs - 10 * kHourUs;
constexpr std::int64_t kAprilUs = kMarchUs + 31 * kDayUs;

Term Graduated() {
  return {.kind = TermKind::kGraduated,
          .gpu_type = "rtx4090",
          .tiers = {{0, 120'000}, {36'000, 100'000}},
          .from_us = kAprilUs};
}

TEST(CheckTermTest, TakesEachKind) {
  const std::vector<Term> terms = {
      Graduated(),
      {.kind = TermKind::kVolume, .tiers = {{0, 1}}, .from_us = kMarchUs, .until_us = kAprilUs},
      {.kind = TermKind::kPackage, .quantity = 3'600, .nanos = 1, .from_us = kMarchUs},
      {.kind = TermKind::kAllowance,
       .unit = PriceUnit::kInvocation,
       .quantity = 100'000,
       .from_us = kMarchUs},
      {.kind = TermKind::kMinimum, .nanos = 5'000'000'000, .from_us = kMarchUs}};
  for (const Term& term : terms) {
    EXPECT_TRUE(CheckTerm(term, kTenUs).ok()) << CheckTerm(term, kTenUs);
  }
}

TEST(CheckTermTest, NamesWhatIsWrong) {
  struct BadTerm {
    const char* begin;  // Of the message.
    std::function<void(Term&)> change;
    absl::StatusCode code = absl::StatusCode::kInvalidArgument;
  };
  const std::vector<BadTerm> cases = {
      {"unit:", [](Term& t) { t.unit = PriceUnit::kWarmGpuSecond; }},
      {"gpu_type:", [](Term& t) { t.unit = PriceUnit::kInvocation; }},
      {"gpu_type:", [](Term& t) { t.gpu_type = "RTX 4090"; }},
      {"project_id:", [](Term& t) { t.project_id = "me"; }},
      {"description:", [](Term& t) { t.description = "a\nb"; }},
      {"tiers:", [](Term& t) { t.tiers.clear(); }},
      {"tiers:", [](Term& t) { t.tiers.resize(kMaxTiers + 1); }},
      {"tiers[0].from:", [](Term& t) { t.tiers[0].from = 1; }},
      {"tiers:", [](Term& t) { t.tiers[1].from = 0; }},
      {"tiers:", [](Term& t) { t.tiers[1].from = kMaxTermQuantity + 1; }},
      {"tiers:", [](Term& t) { t.tiers[1].nanos = -1; }},
      {"quantity:", [](Term& t) { t.quantity = 1; }},
      {"nanos:", [](Term& t) { t.nanos = 1; }},
      {"tiers:", [](Term& t) { t.kind = TermKind::kPackage; }},
      {"effective_from: not the first", [](Term& t) { t.from_us += kHourUs; }},
      {"effective_from: before", [](Term& t) { t.from_us = kMarchUs - 28 * kDayUs; },
       absl::StatusCode::kFailedPrecondition},
      {"effective_until: not after", [](Term& t) { t.until_us = kMarchUs; }},
      {"effective_until: not the first", [](Term& t) { t.until_us = kAprilUs + 1; }},
  };
  for (const BadTerm& bad : cases) {
    Term term = Graduated();
    bad.change(term);
    const absl::Status status = CheckTerm(term, kTenUs);
    EXPECT_EQ(status.code(), bad.code) << bad.begin << status;
    EXPECT_EQ(status.message().substr(0, std::string(bad.begin).size()), bad.begin);
  }
}

TEST(TermsInForceTest, AProjectsOwnTermAndThenTheNewestCounts) {
  Term general = Graduated();
  general.id = 9;
  Term own = Graduated();
  own.id = 3;
  own.project_id = NewId();
  Term newer = own;
  newer.id = 4;
  newer.kind = TermKind::kVolume;  // It takes the place of tiers of the other kind, too.
  Term foreign = own;
  foreign.id = 5;
  foreign.project_id = NewId();
  const std::vector<Term> terms = {general, own, foreign, newer};
  EXPECT_EQ(TermsInForce(terms, own.project_id, kAprilUs), std::vector<Term>{newer});
  EXPECT_EQ(TermsInForce(terms, NewId(), kAprilUs), std::vector<Term>{general});
  EXPECT_TRUE(TermsInForce(terms, own.project_id, kMarchUs).empty());
}

TEST(TermsInForceTest, ATermGoesUntilItsEnd) {
  Term term = Graduated();
  term.from_us = kMarchUs;
  term.until_us = kAprilUs;
  EXPECT_EQ(TermsInForce({term}, NewId(), kMarchUs).size(), 1);
  EXPECT_TRUE(TermsInForce({term}, NewId(), kAprilUs).empty());
}

TEST(TermsInForceTest, AllowancesComeFirstAndTheMinimumLast) {
  std::vector<Term> terms = {{.id = 1, .kind = TermKind::kMinimum},
                             {.id = 2, .kind = TermKind::kPackage},
                             {.id = 3, .kind = TermKind::kGraduated, .gpu_type = "rtx4090"},
                             {.id = 4, .kind = TermKind::kAllowance},
                             {.id = 5, .kind = TermKind::kAllowance, .gpu_type = "rtx4090"}};
  std::vector<std::int64_t> ids;
  for (const Term& term : TermsInForce(terms, "", kMarchUs)) ids.push_back(term.id);
  EXPECT_EQ(ids, (std::vector<std::int64_t>{5, 4, 3, 2, 1}));
}

}  // namespace
}  // namespace furnace::metering
