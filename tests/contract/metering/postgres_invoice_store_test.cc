#include "services/metering/storage/postgres/invoice_store.h"
#include "tests/contract/metering/invoice_store_contract.h"
#include "tests/support/metering_postgres.h"

namespace furnace::metering {
namespace {

class PostgresInvoices {
 public:
  UsageStore& usage() { return backend_.usage(); }
  InvoiceStore& invoices() { return invoices_; }

 private:
  PostgresBackend backend_;
  PostgresInvoiceStore invoices_{backend_.pool()};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, InvoiceStoreContract, PostgresInvoices);

}  // namespace
}  // namespace furnace::metering
