#include "libs/common/postgres/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace furnace::postgres {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Dsn() { return std::getenv("FURNACE_TEST_POSTGRES_DSN"); }

// A pool whose sessions can be told apart from others' by their name.
std::string NamedDsn() { return WithDeadlines(Dsn() + " application_name=pool_under_test"); }

class PoolTest : public testing::Test {
 protected:
  PoolTest() {
    EXPECT_TRUE(other_.Exec("DROP TABLE IF EXISTS pool_test", {}).ok());
    EXPECT_TRUE(other_.Exec("CREATE TABLE pool_test (id int PRIMARY KEY, t text)", {}).ok());
  }

  std::int64_t Count() {
    const auto rows = other_.Exec("SELECT count(*) FROM pool_test", {});
    return rows.ok() ? rows->Int(0, 0) : -1;
  }

  // Ends the sessions of the pool under test and waits until they are gone.
  void TerminateSessions() {
    const char* sessions = "FROM pg_stat_activity WHERE application_name = 'pool_under_test'";
    EXPECT_TRUE(other_.Exec(std::string("SELECT pg_terminate_backend(pid) ") + sessions, {}).ok());
    for (;;) {
      const auto rows = other_.Exec(std::string("SELECT count(*) ") + sessions, {});
      ASSERT_TRUE(rows.ok()) << rows.status();
      if (rows->Int(0, 0) == 0) return;
    }
  }

  Pool other_{WithDeadlines(Dsn()), 2};
  Pool pool_{NamedDsn(), 4};
};

TEST_F(PoolTest, AConnectionThatCarriedSomethingLargeIsNotKept) {
  Pool pool(WithDeadlines(Dsn()), 1);
  const auto session = [&] { return pool.Exec("SELECT pg_backend_pid()", {})->Int(0, 0); };
  const std::int64_t first = session();
  EXPECT_EQ(session(), first);
  EXPECT_EQ(pool.Exec("SELECT repeat('x', 9000000)", {})->Text(0, 0).size(), 9'000'000U);
  const std::int64_t second = session();
  EXPECT_NE(second, first);
  EXPECT_TRUE(pool.Exec("SELECT length($1::text)", {std::string(9'000'000, 'x')}).ok());
  EXPECT_NE(session(), second);
}

TEST_F(PoolTest, RowsCarryEveryKindAndNull) {
  const auto rows =
      pool_.Exec("SELECT $1::text, $2::bigint, true, NULL::text, 1700000000123456::bigint, ''",
                 {"a\"b", "-7"});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 1);
  EXPECT_EQ(rows->Text(0, 0), "a\"b");
  EXPECT_EQ(rows->Int(0, 1), -7);
  EXPECT_TRUE(rows->Bool(0, 2));
  EXPECT_TRUE(rows->IsNull(0, 3));
  EXPECT_EQ(rows->Text(0, 3), "");
  EXPECT_EQ(rows->Time(0, 3), std::nullopt);
  EXPECT_EQ(rows->Time(0, 4), absl::FromUnixMicros(1'700'000'000'123'456));
  EXPECT_FALSE(rows->IsNull(0, 5));
}

TEST_F(PoolTest, ParametersMayBeNullAndArrays) {
  const std::vector<Param> values = {"a", std::nullopt, "", "{,}", "\"\\"};
  const auto rows = pool_.Exec("SELECT v FROM unnest($1::text[]) AS v", {ArrayLiteral(values)});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 5);
  for (int row = 0; row < 5; ++row) {
    const Param& value = values[static_cast<std::size_t>(row)];
    EXPECT_EQ(rows->IsNull(row, 0), !value.has_value());
    EXPECT_EQ(rows->Text(row, 0), value.value_or(""));
  }
  EXPECT_TRUE(pool_.Exec("SELECT $1::timestamptz", {TimeParam(std::nullopt)})->IsNull(0, 0));
}

TEST_F(PoolTest, AffectedCountsChangedRows) {
  EXPECT_EQ(pool_.Exec("INSERT INTO pool_test VALUES (1), (2)", {})->affected(), 2);
  EXPECT_EQ(pool_.Exec("UPDATE pool_test SET t = 'x' WHERE id = 9", {})->affected(), 0);
}

TEST_F(PoolTest, ErrorsCarryTheirCode) {
  ASSERT_TRUE(pool_.Exec("INSERT INTO pool_test VALUES (1)", {}).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(pool_.Exec("INSERT INTO pool_test VALUES (1)", {}).status()));
  EXPECT_TRUE(
      absl::IsFailedPrecondition(pool_.Exec("INSERT INTO pool_test VALUES (NULL)", {}).status()));
  EXPECT_TRUE(absl::IsInternal(pool_.Exec("SELECT nonsense", {}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(pool_.Exec("SELECT $1::int", {"x"}).status()));
  EXPECT_TRUE(pool_.Exec("SELECT 1", {}).ok());
}

TEST_F(PoolTest, ErrorsNeverCarryAParameter) {
  for (const char* sql :
       {"SELECT $1::int", "SELECT $1::uuid", "SELECT $1::jsonb", "SELECT $1::timestamptz",
        "INSERT INTO pool_test VALUES (7, $1), (7, $1)", "SELECT $1::text::int4",
        "SELECT ('[' || $1 || ']')::jsonb", "SELECT repeat($1, 1)::boolean"}) {
    const absl::Status status = pool_.Exec(sql, {"hunter2"}).status();
    EXPECT_FALSE(status.ok()) << sql;
    EXPECT_THAT(status.ToString(), Not(HasSubstr("hunter2"))) << sql;
  }
  EXPECT_THAT(pool_.Exec("SELECT $1::int", {"4242424242"}).status().ToString(),
              Not(HasSubstr("4242424242")));
}

TEST_F(PoolTest, AStatementThatTakesTooLongIsCutOff) {
  Pool impatient(WithDeadlines(Dsn(), absl::Milliseconds(50)), 1);
  const absl::Status status = impatient.Exec("SELECT pg_sleep(60)", {}).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_TRUE(impatient.Exec("SELECT 1", {}).ok());
}

TEST_F(PoolTest, TransactCommitsWhatSucceeds) {
  EXPECT_TRUE(pool_
                  .Transact([](Connection& connection) -> absl::Status {
                    auto rows = connection.Exec("INSERT INTO pool_test VALUES (1)", {});
                    if (!rows.ok()) return rows.status();
                    return connection.Exec("INSERT INTO pool_test VALUES (2)", {}).status();
                  })
                  .ok());
  EXPECT_EQ(Count(), 2);
}

TEST_F(PoolTest, TransactRollsBackWhatFails) {
  const absl::Status status = pool_.Transact([](Connection& connection) {
    EXPECT_TRUE(connection.Exec("INSERT INTO pool_test VALUES (1)", {}).ok());
    return absl::DataLossError("changed my mind");
  });
  EXPECT_EQ(status, absl::DataLossError("changed my mind"));
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(pool_.Exec("SELECT 1", {}).ok());
}

// PostgreSQL answers COMMIT of a failed transaction with success and ROLLBACK.
TEST_F(PoolTest, TransactIsNoSuccessWhenAStatementFailedAndWorkLetItPass) {
  const absl::Status status = pool_.Transact([](Connection& connection) {
    EXPECT_TRUE(connection.Exec("INSERT INTO pool_test VALUES (1)", {}).ok());
    EXPECT_FALSE(connection.Exec("INSERT INTO pool_test VALUES (1)", {}).ok());
    return absl::OkStatus();
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(pool_.Exec("SELECT 1", {}).ok());
}

TEST_F(PoolTest, ADeadlockIsAborted) {
  ASSERT_TRUE(other_.Exec("INSERT INTO pool_test VALUES (1), (2)", {}).ok());
  std::promise<void> locked[2];
  std::shared_future<void> ready[2] = {locked[0].get_future().share(),
                                       locked[1].get_future().share()};
  std::atomic<int> aborted = 0, committed = 0;
  std::vector<std::thread> threads;
  for (const int i : {0, 1}) {
    threads.emplace_back([&, i] {
      const std::string mine = std::to_string(1 + i), theirs = std::to_string(2 - i);
      const absl::Status status = pool_.Transact([&](Connection& connection) {
        EXPECT_TRUE(connection.Exec("UPDATE pool_test SET t = 'x' WHERE id = $1", {mine}).ok());
        locked[i].set_value();
        ready[1 - i].wait();
        return connection.Exec("UPDATE pool_test SET t = 'y' WHERE id = $1", {theirs}).status();
      });
      if (status.ok()) ++committed;
      if (absl::IsAborted(status)) ++aborted;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(committed, 1);
  EXPECT_EQ(aborted, 1);
}

TEST_F(PoolTest, AnIdleConnectionThatWasEndedIsReplaced) {
  ASSERT_TRUE(pool_.Exec("SELECT 1", {}).ok());
  TerminateSessions();
  const auto rows = pool_.Exec("INSERT INTO pool_test VALUES (1)", {});
  EXPECT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(Count(), 1);
}

TEST_F(PoolTest, SoItIsForATransaction) {
  ASSERT_TRUE(pool_.Exec("SELECT 1", {}).ok());
  TerminateSessions();
  const absl::Status status = pool_.Transact([](Connection& connection) {
    return connection.Exec("INSERT INTO pool_test VALUES (1)", {}).status();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(Count(), 1);
}

TEST_F(PoolTest, ATransactionThatIsCutOffIsUnavailableAndRolledBack) {
  const absl::Status status = pool_.Transact([this](Connection& connection) {
    EXPECT_TRUE(connection.Exec("INSERT INTO pool_test VALUES (1)", {}).ok());
    TerminateSessions();
    return connection.Exec("INSERT INTO pool_test VALUES (2)", {}).status();
  });
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(pool_.Exec("SELECT 1", {}).ok());
}

TEST_F(PoolTest, ACommitThatIsCutOffIsNoSuccess) {
  const absl::Status status = pool_.Transact([this](Connection& connection) {
    EXPECT_TRUE(connection.Exec("INSERT INTO pool_test VALUES (1)", {}).ok());
    TerminateSessions();
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(Count(), 0);
}

// Each transaction stays open until the limit was reached once, so that it is reached.
TEST_F(PoolTest, NeverLendsMoreThanItsLimit) {
  constexpr int kLimit = 3;
  Pool pool(WithDeadlines(Dsn()), kLimit);
  std::atomic<int> lent = 0, most = 0;
  std::promise<void> all_lent;
  const std::shared_future<void> limit_reached = all_lent.get_future().share();
  std::once_flag once;
  const auto work = [&](Connection& connection) {
    const int now = ++lent;
    for (int seen = most; seen < now;) most.compare_exchange_weak(seen, now);
    if (now == kLimit) std::call_once(once, [&] { all_lent.set_value(); });
    EXPECT_EQ(limit_reached.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    absl::Status status = connection.Exec("SELECT 1", {}).status();
    --lent;
    return status;
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) EXPECT_TRUE(pool.Transact(work).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, kLimit);
}

TEST_F(PoolTest, ABusyPoolIsUnavailableAndNotForEver) {
  Pool pool(WithDeadlines(Dsn()), 1);
  EXPECT_TRUE(pool.Transact([&](Connection&) {
                    EXPECT_EQ(pool.Exec("SELECT 1", {}).status(),
                              absl::UnavailableError("postgres: all connections are busy"));
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_TRUE(pool.Exec("SELECT 1", {}).ok());
}

TEST(AbsentPostgresTest, IsUnavailableEveryTimeAndShowsNoPassword) {
  Pool pool(WithDeadlines("host=127.0.0.1 port=1 user=u password=hunter2 dbname=d"), 1);
  for (int i = 0; i < 3; ++i) {
    const absl::Status status = pool.Exec("SELECT 1", {}).status();
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_THAT(status.ToString(), Not(HasSubstr("hunter2")));
    EXPECT_THAT(status.ToString(), Not(HasSubstr("busy")));
  }
}

}  // namespace
}  // namespace furnace::postgres
