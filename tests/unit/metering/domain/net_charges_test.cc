#include "services/metering/domain/net_charges.h"

#include <gtest/gtest.h>

#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr Int128 kAttoOfSecond = Int128{1'000'000'000};  // At a price of 1.

Charge Credit(const Charge& charge) {
  Charge credit = charge;
  credit.kind = EntryKind::kCredit;
  credit.amount = -charge.amount;
  return credit;
}

// "endpoint gpu price seconds" of each part at a price.
std::vector<std::string> Show(const std::vector<NetCharge>& parts) {
  std::vector<std::string> texts;
  for (const NetCharge& part : parts) {
    texts.push_back(part.endpoint_id + " " + part.gpu_type + " " +
                    ToString(part.atto / kAttoOfSecond));
  }
  return texts;
}

TEST(NetChargesTest, WithoutReductionsItIsTheCharges) {
  const auto parts =
      NetCharges(std::vector<Charge>{GpuTimeCharge("e2", "a", 1, 5), GpuTimeCharge("e1", "a", 1, 3),
                                     GpuTimeCharge("e2", "a", 1, 2)},
                 {});
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ(Show(*parts), (std::vector<std::string>{"e1 a 3", "e2 a 7"}));
}

TEST(NetChargesTest, WhatIsTakenBackIsTakenAtItsPriceFirst) {
  const Charge cheap = GpuTimeCharge("e", "a", 1, 10);
  const Charge dear = GpuTimeCharge("e", "a", 3, 2);
  const auto parts =
      NetCharges(std::vector<Charge>{Credit(GpuTimeCharge("e", "a", 3, 1)), cheap, dear}, {});
  ASSERT_TRUE(parts.ok());
  EXPECT_EQ(Show(*parts), (std::vector<std::string>{"e a 10", "e a 3"}));
}

TEST(NetChargesTest, AdjustmentsLowerWhatTheyAreAboutAndThenTheRest) {
  const std::vector<Charge> charges = {GpuTimeCharge("e1", "a", 1, 5),
                                       GpuTimeCharge("e1", "b", 1, 5),
                                       GpuTimeCharge("e2", "a", 1, 5)};
  const auto less = [&](std::string endpoint, std::string gpu, int seconds) {
    const std::vector<Adjustment> adjustments = {{.endpoint_id = std::move(endpoint),
                                                  .gpu_type = std::move(gpu),
                                                  .amount = {-seconds * kAttoOfSecond}}};
    const auto parts = NetCharges(charges, adjustments);
    EXPECT_TRUE(parts.ok());
    return Show(*parts);
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(less("e2", "a", 2), (Texts{"e1 a 5", "e1 b 5", "e2 a 3"}));
  EXPECT_EQ(less("", "b", 2), (Texts{"e1 a 5", "e1 b 3", "e2 a 5"}));
  EXPECT_EQ(less("e1", "", 7), (Texts{"e1 b 3", "e2 a 5"}));
  EXPECT_EQ(less("e2", "", 7), (Texts{"e1 a 3", "e1 b 5"}));
  EXPECT_EQ(less("", "", 15), Texts{});
  EXPECT_EQ(less("", "", 99), Texts{});
}

TEST(NetChargesTest, AMinimumIsAPartOfNoKind) {
  const std::vector<Adjustment> adjustments = {{.kind = AdjustmentKind::kMinimum, .amount = {7}}};
  const auto parts = NetCharges({}, adjustments);
  ASSERT_TRUE(parts.ok());
  EXPECT_EQ(*parts, (std::vector<NetCharge>{{.kind = EntryKind::kBalance, .atto = 7}}));
}

TEST(NetChargesTest, SumsOfMoreThan38DigitsAreRefused) {
  const Charge most = {.amount = {*ParseInt128(std::string(38, '9'))}};
  EXPECT_EQ(NetCharges(std::vector<Charge>{most, most}, {}).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(ScopeTest, CoversWhatItNames) {
  const NetCharge part = {.endpoint_id = "e", .gpu_type = "RTX-4000", .atto = 1};
  EXPECT_TRUE(Covers({}, part));
  EXPECT_TRUE(Covers({.endpoint_ids = {"d", "e"}, .gpu_types = {"rtx4000"}}, part));
  EXPECT_FALSE(Covers({.endpoint_ids = {"d"}}, part));
  EXPECT_FALSE(Covers({.gpu_types = {"h100"}}, part));
  EXPECT_FALSE(Covers({.kinds = {EntryKind::kStorage}}, part));
}

TEST(ScopeTest, IsSettledOrRefused) {
  const std::string id = NewId();
  Scope scope = {.endpoint_ids = {id},
                 .gpu_types = {"RTX_4000", "h100"},
                 .kinds = {EntryKind::kStorage, EntryKind::kGpuTime}};
  ASSERT_TRUE(Settle(scope).ok());
  EXPECT_EQ(scope.gpu_types, (std::vector<std::string>{"h100", "rtx4000"}));
  EXPECT_EQ(scope.kinds, (std::vector<EntryKind>{EntryKind::kGpuTime, EntryKind::kStorage}));
  for (Scope bad : std::vector<Scope>{{.endpoint_ids = {"x"}},
                                      {.endpoint_ids = {id, id}},
                                      {.gpu_types = {""}},
                                      {.gpu_types = {"a,b"}},
                                      {.gpu_types = {"rtx4000", "rtx-4000"}},
                                      {.gpu_types = std::vector<std::string>(101, "a")},
                                      {.kinds = {EntryKind::kCredit}}}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Settle(bad)));
  }
}

}  // namespace
}  // namespace furnace::metering
