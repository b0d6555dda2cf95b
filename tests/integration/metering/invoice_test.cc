// Invoices in PostgreSQL: made while usage is recorded, by several at once, and found out when
// somebody changes a byte.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "services/metering/app/credit_book.h"
#include "services/metering/app/invoice_desk.h"
#include "services/metering/app/subsidy_adjuster.h"
#include "services/metering/storage/postgres/credit_store.h"
#include "services/metering/storage/postgres/invoice_store.h"
#include "services/metering/storage/postgres/subsidy_store.h"
#include "tests/support/metering_invoices.h"
#include "tests/support/metering_memory_credits.h"
#include "tests/support/metering_memory_invoices.h"
#include "tests/support/metering_postgres.h"

namespace furnace::metering {
namespace {

constexpr std::int64_t kUse = 700'000;  // Of ten seconds and an invocation.

// Whatever policies other tests have stored.
class NoAwards final : public PolicyAgent {
 public:
  absl::StatusOr<std::string> Ask(const std::string&) override { return R"({"awards":[]})"; }
};

class MeteringInvoiceTest : public testing::Test {
 protected:
  void Use(std::int64_t start_us) {
    UsageRecord record = ARecord();
    record.project_id = project_;
    record.endpoint_id = "00000000-0000-4000-9000-000000000001";
    record.start_us = start_us;
    record.end_us = start_us + 10 * kSecondUs;
    const auto outcome = backend_.usage().Record(DefaultBills({record}), May().end_us);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
  }

  // Runs `sql` as somebody who may do anything.
  void Tamper(const std::string& table, const std::string& sql) {
    auto connection = postgres::Connection::Open(TestDsn());
    ASSERT_TRUE(connection.ok());
    const absl::Status done = connection->ExecScript(
        "ALTER TABLE metering." + table + " DISABLE TRIGGER append_only; " + sql +
        "; ALTER TABLE metering." + table + " ENABLE TRIGGER append_only");
    ASSERT_TRUE(done.ok()) << sql << ": " << done;
  }

  std::size_t Differences(const std::string& id) {
    const auto audit = desk_.Audit(project_, id);
    EXPECT_TRUE(audit.ok()) << audit.status();
    return audit.ok() ? audit->differences.size() : 0;
  }

  const std::string project_ = NewId();
  PostgresBackend backend_{8};
  PostgresInvoiceStore store_{backend_.pool()};
  MovableClock clock_{May().end_us};
  PostgresCreditStore credits_{backend_.pool()};
  PostgresSubsidyStore decisions_{backend_.pool()};
  NoAwards agent_;
  SubsidyAdjuster subsidies_{decisions_, credits_, &agent_, clock_};
  CreditBook book_{credits_, decisions_, clock_};
  InvoiceMaker maker_{backend_.ledger(), {&subsidies_, &book_}, clock_};
  InvoiceDesk desk_{backend_.ledger(), store_, maker_, book_, "Example", clock_};
};

TEST_F(MeteringInvoiceTest, InvoicesAreAppendOnly) {
  Use(kTenUs);
  ASSERT_TRUE(desk_.Finalize(project_, March()).ok());
  for (const char* sql :
       {"DELETE FROM metering.invoices", "TRUNCATE metering.invoices CASCADE",
        "UPDATE metering.invoices SET number = number", "DELETE FROM metering.invoice_lines",
        "TRUNCATE metering.invoice_lines", "UPDATE metering.invoice_lines SET kind = kind"}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(backend_.pool().Exec(sql, {}).status())) << sql;
  }
}

TEST_F(MeteringInvoiceTest, AnyChangedColumnIsFound) {
  Use(kTenUs);
  Use(April().start_us);
  ASSERT_TRUE(desk_.Finalize(project_, March()).ok());
  const auto invoice = desk_.Finalize(project_, April());
  ASSERT_TRUE(invoice.ok()) << invoice.status();
  ASSERT_EQ(Differences(invoice->id), 0);
  const std::string mine = " WHERE id = '" + invoice->id + "'";
  const std::string line = " WHERE position = 0 AND invoice_id = '" + invoice->id + "'";
  const struct {
    std::string table, change, back;
  } cases[] = {
      {"invoice_lines", "amount_nanos = amount_nanos + 1, amount_atto = amount_atto + 1000000000",
       "amount_nanos = amount_nanos - 1, amount_atto = amount_atto - 1000000000"},
      {"invoice_lines", "quantity = quantity + 1", "quantity = quantity - 1"},
      {"invoice_lines", "price_nanos = 1", "price_nanos = 60000"},
      {"invoice_lines", "gpu_type = 'rtx4090'", "gpu_type = 'rtx4000'"},
      {"invoice_lines", "section = 'late'", "section = 'usage'"},
      {"invoice_lines", "used_to_us = used_to_us + 1", "used_to_us = used_to_us - 1"},
      {"invoices", "total_nanos = total_nanos + 1, charges_nanos = charges_nanos + 1",
       "total_nanos = total_nanos - 1, charges_nanos = charges_nanos - 1"},
      {"invoices", "due_cents = 7", "due_cents = 0"},
      {"invoices", "ledger_hash = set_byte(ledger_hash, 0, get_byte(ledger_hash, 0) # 1)",
       "ledger_hash = set_byte(ledger_hash, 0, get_byte(ledger_hash, 0) # 1)"},
      {"invoices", "open_from = 1", "open_from = last_transaction + 1"},
  };
  for (const auto& [table, change, back] : cases) {
    const std::string& where = table == "invoices" ? mine : line;
    Tamper(table, "UPDATE metering." + table + " SET " + change + where);
    EXPECT_GT(Differences(invoice->id), 0) << change;
    Tamper(table, "UPDATE metering." + table + " SET " + back + where);
    ASSERT_EQ(Differences(invoice->id), 0) << back;
  }
  Tamper("invoice_lines", "DELETE FROM metering.invoice_lines" + line);
  EXPECT_GT(Differences(invoice->id), 0);
}

TEST_F(MeteringInvoiceTest, OfManyAtOnceOneMakesTheInvoiceAndAllGetIt) {
  for (int i = 0; i < 20; ++i) Use(kTenUs + i * kMinuteUs);
  ASSERT_TRUE(credits_.CreateGrant(AGrant(project_, 5 * kUse)).ok());
  std::vector<absl::StatusOr<Invoice>> made(4, absl::UnknownError(""));
  std::vector<std::thread> threads;
  for (auto& mine : made) {
    threads.emplace_back([&] { mine = desk_.Finalize(project_, March()); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& each : made) {
    ASSERT_TRUE(each.ok()) << each.status();
    EXPECT_EQ(*each, *made[0]);
  }
  EXPECT_EQ(store_.List(project_, 99, 99)->size(), 1);
  EXPECT_EQ(made[0]->total_nanos, 15 * kUse);
  EXPECT_EQ(credits_.Grants(project_)->front().used, FromNanos(5 * kUse));
  EXPECT_EQ(Differences(made[0]->id), 0);
}

TEST_F(MeteringInvoiceTest, WhatIsRecordedMeanwhileIsOnOneInvoice) {
  constexpr int kUses = 60;
  Use(kTenUs);
  std::atomic<bool> begun = false;
  std::thread recorder([&] {
    for (int i = 0; i < kUses; ++i) {
      Use(i % 2 == 0 ? kTenUs + i * kMinuteUs : April().start_us + i * kMinuteUs);
      begun = true;
    }
  });
  while (!begun) std::this_thread::yield();
  std::int64_t total = 0;
  for (const Span month : {March(), April()}) {
    const auto invoice = desk_.Finalize(project_, month);
    ASSERT_TRUE(invoice.ok()) << invoice.status();
    total += invoice->total_nanos;
  }
  recorder.join();
  const auto rest = desk_.Draft(project_, std::nullopt);
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(rest->period, May());
  EXPECT_EQ(total + rest->total_nanos, (kUses + 1) * kUse);
  const auto invoices = store_.List(project_, 99, 99);
  ASSERT_TRUE(invoices.ok()) << invoices.status();
  for (const Invoice& invoice : *invoices) {
    EXPECT_EQ(Differences(invoice.id), 0);
  }
}

}  // namespace
}  // namespace furnace::metering
