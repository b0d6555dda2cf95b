#include "tests/contract/metering/invoice_store_contract.h"
#include "tests/support/metering_memory_invoices.h"

namespace furnace::metering {
namespace {

class MemoryInvoices {
 public:
  UsageStore& usage() { return usage_; }
  InvoiceStore& invoices() { return invoices_; }

 private:
  MemoryUsageStore usage_;
  MemoryInvoiceStore invoices_{usage_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, InvoiceStoreContract, MemoryInvoices);

}  // namespace
}  // namespace furnace::metering
