#include "libs/common/postgres/migrator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "libs/common/postgres/pool.h"

namespace furnace::postgres {
namespace {

constexpr Migration kCreate = {"0001_create",
                               "CREATE TABLE migrator_test (n int); SELECT pg_sleep(0.05);"};
constexpr Migration kInsert = {"0002_insert", "INSERT INTO migrator_test VALUES (1)"};
constexpr Migration kBroken = {"0003_break",
                               "INSERT INTO migrator_test VALUES (2); SELECT nonsense;"};
constexpr Migration kRepaired = {"0003_break", "INSERT INTO migrator_test VALUES (3)"};
constexpr Migration kLast = {"0004_insert", "INSERT INTO migrator_test VALUES (4)"};

class MigrateTest : public testing::Test {
 protected:
  MigrateTest() {
    EXPECT_TRUE(pool_.Exec("DROP TABLE IF EXISTS migrator_test", {}).ok());
    EXPECT_TRUE(Run("other", {}).ok());  // Creates the table of migrations.
    EXPECT_TRUE(pool_
                    .Exec("DELETE FROM public.furnace_migrations "
                          "WHERE service IN ('migrator_test', 'other')",
                          {})
                    .ok());
  }

  absl::Status Run(const char* service, const std::vector<Migration>& migrations) {
    return Migrate(dsn_, service, migrations);
  }

  // The rows that migrations inserted, in order.
  std::string Rows() {
    const auto rows = pool_.Exec("SELECT string_agg(n::text, ',') FROM migrator_test", {});
    return rows.ok() ? std::string(rows->Text(0, 0)) : rows.status().ToString();
  }

  const std::string dsn_ = std::getenv("FURNACE_TEST_POSTGRES_DSN");
  Pool pool_{dsn_, 1};
};

TEST_F(MigrateTest, RunsEachOnceAndInOrder) {
  ASSERT_TRUE(Run("migrator_test", {kCreate, kInsert}).ok());
  ASSERT_TRUE(Run("migrator_test", {kCreate, kInsert}).ok());
  EXPECT_EQ(Rows(), "1");
  ASSERT_TRUE(Run("migrator_test", {kCreate, kInsert, kRepaired, kLast}).ok());
  EXPECT_EQ(Rows(), "1,3,4");
}

TEST_F(MigrateTest, ReplicasAtOnceRunEachOnce) {
  std::vector<std::thread> replicas;
  for (int i = 0; i < 4; ++i) {
    replicas.emplace_back([this] {
      const absl::Status status = Run("migrator_test", {kCreate, kInsert});
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  for (std::thread& replica : replicas) replica.join();
  EXPECT_EQ(Rows(), "1");
}

TEST_F(MigrateTest, AFailedStepIsUndoneNamedAndTheEnd) {
  const absl::Status status = Run("migrator_test", {kCreate, kInsert, kBroken, kLast});
  EXPECT_THAT(std::string(status.message()),
              testing::StartsWith("migration migrator_test/0003_break: "));
  EXPECT_EQ(Rows(), "1");
  ASSERT_TRUE(Run("migrator_test", {kCreate, kInsert, kRepaired, kLast}).ok());
  EXPECT_EQ(Rows(), "1,3,4");
}

TEST_F(MigrateTest, ServicesDoNotShareTheirNames) {
  ASSERT_TRUE(Run("migrator_test", {kCreate, kInsert}).ok());
  ASSERT_TRUE(Run("other", {kInsert}).ok());
  EXPECT_EQ(Rows(), "1,1");
}

TEST_F(MigrateTest, AnUnreachableDatabaseIsUnavailable) {
  EXPECT_TRUE(absl::IsUnavailable(Migrate("host=127.0.0.1 port=1 user=u", "other", {})));
}

}  // namespace
}  // namespace furnace::postgres
