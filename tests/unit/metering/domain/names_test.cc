#include "services/metering/domain/names.h"

#include <gtest/gtest.h>

namespace furnace::metering {
namespace {

TEST(NamesTest, EachNameIsReadAsWhatItIsOf) {
  for (int i = 0; i <= static_cast<int>(Cause::kBudget); ++i) {
    EXPECT_EQ(*ParseCause(NameOf(static_cast<Cause>(i))), static_cast<Cause>(i));
  }
  for (int i = 0; i <= static_cast<int>(UsageKind::kStorage); ++i) {
    EXPECT_EQ(*ParseUsageKind(NameOf(static_cast<UsageKind>(i))), static_cast<UsageKind>(i));
  }
  for (int i = 0; i <= static_cast<int>(Account::kCredits); ++i) {
    EXPECT_EQ(*ParseAccount(NameOf(static_cast<Account>(i))), static_cast<Account>(i));
  }
  for (int i = 0; i <= static_cast<int>(EntryKind::kCorrection); ++i) {
    EXPECT_EQ(*ParseEntryKind(NameOf(static_cast<EntryKind>(i))), static_cast<EntryKind>(i));
  }
  for (int i = 0; i <= static_cast<int>(PriceUnit::kGbMonth); ++i) {
    EXPECT_EQ(*ParsePriceUnit(NameOf(static_cast<PriceUnit>(i))), static_cast<PriceUnit>(i));
  }
  for (int i = 0; i <= static_cast<int>(TermKind::kMinimum); ++i) {
    EXPECT_EQ(*ParseTermKind(NameOf(static_cast<TermKind>(i))), static_cast<TermKind>(i));
  }
}

TEST(NamesTest, AnUnknownNameIsAnError) {
  EXPECT_EQ(ParseCause("weather").status().message(), "unknown cause 'weather'");
  EXPECT_TRUE(absl::IsInternal(ParseUsageKind("").status()));
  EXPECT_TRUE(absl::IsInternal(ParsePriceUnit("gpu_minute").status()));
}

}  // namespace
}  // namespace furnace::metering
