#include "services/metering/storage/postgres/correction_store.h"
#include "services/metering/storage/postgres/term_store.h"
#include "tests/contract/metering/correction_store_contract.h"
#include "tests/contract/metering/price_store_contract.h"
#include "tests/support/metering_postgres.h"

namespace furnace::metering {
namespace {

class PostgresPriceBackend {
 public:
  PriceStore& prices() { return prices_; }
  PriceHistory& history() { return prices_; }
  TermStore& terms() { return terms_; }
  UsageStore& usage() { return backend_.usage(); }
  LedgerStore& ledger() { return backend_.ledger(); }
  CorrectionStore& corrections() { return corrections_; }
  postgres::Pool& pool() { return backend_.pool(); }

 private:
  PostgresBackend backend_;
  PostgresPriceStore prices_{backend_.pool()};
  PostgresTermStore terms_{backend_.pool()};
  PostgresCorrectionStore corrections_{backend_.pool()};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, PriceStoreContract, PostgresPriceBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, CorrectionStoreContract, PostgresPriceBackend);

// What the fake cannot show: another process, and another hand.
class PostgresPricesTest : public PriceStoreContract<PostgresPriceBackend> {};

TEST_F(PostgresPricesTest, APriceOfAnotherProcessIsInTheNextList) {
  EXPECT_EQ(At(kTenUs), 120'000);
  PostgresPriceStore elsewhere(backend_.pool());
  ASSERT_TRUE(elsewhere.Announce(std::vector{Own(7, kTenUs)}, kTenUs).ok());
  EXPECT_EQ(At(kTenUs), 7);
}

TEST_F(PostgresPricesTest, LinesAreNotDeleted) {
  EXPECT_FALSE(backend_.pool().Exec("DELETE FROM metering.prices", {}).ok());
}

class PostgresCorrectionsTest : public CorrectionStoreContract<PostgresPriceBackend> {};

TEST_F(PostgresCorrectionsTest, AChangedCorrectionOrRatingIsFound) {
  const UsageRecord record = Record();
  ASSERT_TRUE(Correct(About(record)).ok());
  Rerate(WithGpuSecond(50'000));
  const std::string own = " WHERE project_id = '" + project_ + "'";
  LedgerReader reader(backend_.ledger());
  for (const std::string& change :
       {std::string("UPDATE metering.corrections SET note = 'x'") + own,
        std::string("UPDATE metering.corrections SET amount_atto = amount_atto - 1") + own,
        std::string("UPDATE metering.reratings SET prices_after = '{1}'") + own,
        std::string("UPDATE metering.reratings SET invocation_after = 1") + own}) {
    const std::string table = change.substr(7, change.find(" SET") - 7);
    const auto changed = backend_.pool().Transact([&](postgres::Connection& connection) {
      (void)connection.Exec("ALTER TABLE " + table + " DISABLE TRIGGER append_only", {});
      return connection.Exec(change, {}).status();
    });
    ASSERT_TRUE(changed.ok()) << changed;
    EXPECT_FALSE(reader.Audit(project_, {0, kTenUs + kDayUs}, 0)->differences.empty()) << change;
  }
}

}  // namespace
}  // namespace furnace::metering
