// Random periods against a reference that shares no line with the service: big integers, no
// 128-bit arithmetic, every sum made anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "services/metering/domain/credits.h"
#include "services/metering/domain/subsidy.h"
#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

using BigInt = boost::multiprecision::cpp_int;

constexpr int kPeriods = 3'000;
constexpr Span kPeriod = {kTenUs, kTenUs + kDayUs};

BigInt Big(Int128 value) { return BigInt(ToString(value)); }

struct Part {
  int kind = 0;
  std::string endpoint;
  std::string gpu;
  std::int64_t price = -1;  // None.
  BigInt atto;

  auto Key() const { return std::tie(kind, endpoint, gpu, price); }
};

struct Cut {
  std::string endpoint;
  std::string gpu;
  std::int64_t price = -1;
  BigInt atto;
};

class Account {
 public:
  void Add(const Part& part) {
    for (Part& known : parts_) {
      if (known.Key() != part.Key()) continue;
      known.atto += part.atto;
      return;
    }
    parts_.push_back(part);
  }

  // In three rounds, from near to far.
  void Lower(Cut cut) {
    std::sort(parts_.begin(), parts_.end(),
              [](const Part& one, const Part& other) { return one.Key() < other.Key(); });
    for (int round = 0; round < 3; ++round) {
      for (Part& part : parts_) {
        const bool same = part.endpoint == cut.endpoint && part.gpu == cut.gpu;
        const bool near = (cut.endpoint.empty() || part.endpoint == cut.endpoint) &&
                          (cut.gpu.empty() || part.gpu == cut.gpu);
        if (round == 0 && !(same && cut.price >= 0 && part.price == cut.price)) continue;
        if (round == 1 && !near) continue;
        const BigInt here = std::min(part.atto, cut.atto);
        part.atto -= here;
        cut.atto -= here;
      }
    }
  }

  std::vector<Part>& parts() { return parts_; }

 private:
  std::vector<Part> parts_;
};

Account AccountOf(const std::vector<Charge>& charges, const std::vector<Adjustment>& adjustments) {
  Account account;
  std::vector<Cut> cuts;
  for (const Charge& charge : charges) {
    const std::int64_t price = charge.price_nanos ? *charge.price_nanos : -1;
    const BigInt atto = Big(charge.amount.value);
    if (atto < 0) {
      cuts.push_back({charge.endpoint_id, charge.gpu_type, price, -atto});
    } else if (atto > 0) {
      account.Add(
          {static_cast<int>(charge.kind), charge.endpoint_id, charge.gpu_type, price, atto});
    }
  }
  for (const Adjustment& adjustment : adjustments) {
    const BigInt atto = Big(adjustment.amount.value);
    if (atto < 0) {
      cuts.push_back({adjustment.endpoint_id, adjustment.gpu_type, -1, -atto});
    } else if (atto > 0) {
      account.Add({static_cast<int>(EntryKind::kBalance), adjustment.endpoint_id,
                   adjustment.gpu_type, -1, atto});
    }
  }
  account.Lower({});  // Sorts.
  for (const Cut& cut : cuts) account.Lower(cut);
  return account;
}

template <typename Value>
bool In(const std::vector<Value>& list, const Value& value) {
  return list.empty() || std::count(list.begin(), list.end(), value) > 0;
}

bool Fits(const Scope& scope, const Part& part) {
  return In(scope.endpoint_ids, part.endpoint) && In(scope.gpu_types, part.gpu) &&
         In(scope.kinds, static_cast<EntryKind>(part.kind));
}

using Lines = std::vector<std::tuple<std::string, std::string, std::string, BigInt, BigInt>>;

Lines LinesOf(const std::vector<Adjustment>& adjustments) {
  Lines lines;
  for (const Adjustment& one : adjustments) {
    lines.emplace_back(one.reference, one.endpoint_id, one.gpu_type, Big(one.quantity),
                       Big(one.amount.value));
  }
  return lines;
}

Lines SubsidiesOf(const std::vector<Award>& awards, Account account) {
  std::vector<Part>& parts = account.parts();
  std::stable_sort(parts.begin(), parts.end(), [](const Part& one, const Part& other) {
    return std::max<std::int64_t>(one.price, 0) > std::max<std::int64_t>(other.price, 0);
  });
  Lines lines;
  for (const Award& award : awards) {
    BigInt gpu_left = BigInt(award.max_gpu_seconds.value_or(0)) * 1'000'000'000;
    BigInt money_left = BigInt(award.max_nanos.value_or(0)) * 1'000'000'000;
    std::map<std::pair<std::string, std::string>, std::pair<BigInt, BigInt>> paid;
    for (Part& part : parts) {
      const bool gpu_time = part.kind == static_cast<int>(EntryKind::kGpuTime);
      const bool usage = gpu_time || part.kind == static_cast<int>(EntryKind::kInvocation) ||
                         part.kind == static_cast<int>(EntryKind::kStorage);
      if (!usage || (award.max_gpu_seconds && !gpu_time) || !Fits(award.scope, part)) continue;
      BigInt covered = part.atto;
      if (award.max_gpu_seconds) covered = std::min(covered, BigInt(gpu_left * part.price));
      BigInt pays = covered * award.percent_bp / 10'000;
      if (award.max_nanos) pays = std::min(pays, money_left);
      if (pays == 0) continue;
      part.atto -= pays;
      money_left -= pays;
      auto& [atto, time] = paid[{part.endpoint, part.gpu}];
      atto += pays;
      if (!gpu_time) continue;
      const BigInt took = (covered + part.price - 1) / part.price;
      gpu_left -= took;
      time += took;
    }
    for (const auto& [about, sums] : paid) {
      lines.emplace_back(award.policy, about.first, about.second, sums.second, -sums.first);
    }
  }
  return lines;
}

Lines CreditsOf(std::vector<GrantBalance> grants, Account account) {
  std::sort(grants.begin(), grants.end(), [](const GrantBalance& one, const GrantBalance& other) {
    return std::tuple(one.grant.priority, one.grant.valid.end_us, one.grant.id) <
           std::tuple(other.grant.priority, other.grant.valid.end_us, other.grant.id);
  });
  Lines lines;
  for (const auto& [grant, left] : grants) {
    if (grant.valid.end_us <= kPeriod.start_us || grant.valid.start_us >= kPeriod.end_us) continue;
    BigInt rest = Big(left.value);
    for (Part& part : account.parts()) {
      if (!Fits(grant.scope, part)) continue;
      const BigInt here = std::min(part.atto, rest);
      part.atto -= here;
      rest -= here;
    }
    const BigInt used = Big(left.value) - rest;
    if (used == 0) continue;
    const auto only = [](const auto& list) { return list.size() == 1 ? list.front() : ""; };
    lines.emplace_back(grant.id, only(grant.scope.endpoint_ids), only(grant.scope.gpu_types), 0,
                       -used);
  }
  return lines;
}

// What is random.
class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  std::int64_t To(std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(random_);
  }
  bool Half() { return To(1) == 1; }
  std::string Of(const std::vector<std::string>& texts) {
    return texts[static_cast<std::size_t>(To(static_cast<std::int64_t>(texts.size()) - 1))];
  }

  Charge RandomCharge() {
    const std::int64_t price = 1 + To(Half() ? 5 : 1'000'000'000'000);
    Charge charge = GpuTimeCharge(Of(endpoints), Of(gpus), price, To(1'000));
    charge.amount.value += To(5) == 0 ? 0 : price * To(999);  // Parts of a second.
    if (To(3) == 0) charge.kind = Half() ? EntryKind::kInvocation : EntryKind::kStorage;
    if (To(4) == 0) {
      charge.kind = EntryKind::kCredit;
      charge.amount = -charge.amount;
    }
    return charge;
  }

  Adjustment RandomTerm() {
    return {.kind = AdjustmentKind::kAllowance,
            .endpoint_id = Half() ? Of(endpoints) : "",
            .gpu_type = Half() ? Of(gpus) : "",
            .amount = {(To(2) == 0 ? 1 : -1) * static_cast<Int128>(To(1'000'000'000)) *
                       To(1'000'000'000)}};
  }

  Scope RandomScope(bool endpoints_too) {
    Scope scope;
    if (endpoints_too && To(2) == 0) scope.endpoint_ids = {Of(endpoints)};
    if (To(2) == 0) scope.gpu_types = {Of(gpus)};
    if (To(2) == 0) scope.kinds = {Half() ? EntryKind::kGpuTime : EntryKind::kInvocation};
    return scope;
  }

  Award RandomAward(int number) {
    Award award = {.policy = "p" + std::to_string(number),
                   .scope = RandomScope(false),
                   .percent_bp = static_cast<int>(1 + To(9'999))};
    if (To(2) == 0) {
      award.max_gpu_seconds = 1 + To(Half() ? 100 : kMaxGpuSeconds - 1);
      award.scope.kinds.clear();
    }
    if (To(2) == 0) award.max_nanos = 1 + To(1'000'000'000);
    return award;
  }

  GrantBalance RandomGrant() {
    Grant grant = AGrant("p", 1 + To(1'000'000'000'000));
    grant.priority = static_cast<int>(To(2));
    grant.valid = {kTenUs - To(2) * kDayUs, kTenUs + To(3) * kDayUs};
    grant.scope = RandomScope(true);
    return {grant, {FromNanos(grant.amount_nanos).value / (1 + To(2))}};
  }

  const std::vector<std::string> endpoints = {"e1", "e2", "e3"};
  const std::vector<std::string> gpus = {"a", "b"};

 private:
  std::mt19937_64 random_;
};

TEST(CreditReferenceTest, SubsidiesAndCreditsAreTheReferencesForAnyPeriod) {
  std::size_t subsidies_seen = 0;
  std::size_t credits_seen = 0;
  for (unsigned seed = 0; seed < kPeriods; ++seed) {
    SCOPED_TRACE(seed);
    Dice dice(seed);
    std::vector<Charge> charges;
    std::vector<Adjustment> adjustments;
    std::vector<Award> awards;
    std::vector<GrantBalance> grants;
    for (auto i = dice.To(8); i > 0; --i) charges.push_back(dice.RandomCharge());
    for (auto i = dice.To(2); i > 0; --i) adjustments.push_back(dice.RandomTerm());
    for (auto i = dice.To(3); i > 0; --i) awards.push_back(dice.RandomAward(static_cast<int>(i)));
    for (auto i = dice.To(4); i > 0; --i) grants.push_back(dice.RandomGrant());

    const auto subsidies = ApplyAwards(awards, charges, adjustments);
    ASSERT_TRUE(subsidies.ok()) << subsidies.status();
    ASSERT_EQ(LinesOf(*subsidies), SubsidiesOf(awards, AccountOf(charges, adjustments)));
    adjustments.insert(adjustments.end(), subsidies->begin(), subsidies->end());

    const auto credits = ApplyGrants(grants, kPeriod, charges, adjustments);
    ASSERT_TRUE(credits.ok()) << credits.status();
    ASSERT_EQ(LinesOf(*credits), CreditsOf(grants, AccountOf(charges, adjustments)));

    // Whatever comes, nobody pays more than is owed.
    BigInt owed = 0;
    BigInt paid = 0;
    for (const Charge& charge : charges) owed += Big(charge.amount.value);
    for (const Adjustment& one : adjustments) owed += Big(one.amount.value);
    for (const Adjustment& one : *credits) paid -= Big(one.amount.value);
    EXPECT_LE(paid, std::max(owed, BigInt(0)));
    subsidies_seen += subsidies->size();
    credits_seen += credits->size();
  }
  EXPECT_GT(subsidies_seen, 1'000U);
  EXPECT_GT(credits_seen, 1'000U);
}

}  // namespace
}  // namespace furnace::metering
