#include "tests/support/metering_memory_invoices.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

Invoice WithoutLines(Invoice invoice) {
  invoice.lines.clear();
  return invoice;
}

bool ComesNext(const std::vector<Invoice>& invoices, const Invoice& invoice) {
  if (invoices.empty()) return invoice.number == 1;
  const Invoice& last = invoices.back();
  return invoice.number == last.number + 1 && invoice.period.start_us == last.period.end_us &&
         invoice.cut.transaction >= last.cut.transaction;
}

}  // namespace

absl::StatusOr<std::int64_t> MemoryInvoiceStore::OpenFrom(const std::string& project_id) {
  MutexLock lock(mutex_);
  const std::vector<Invoice>& invoices = invoices_[project_id];
  return invoices.empty() ? 0 : invoices.back().period.end_us;
}

absl::Status MemoryInvoiceStore::Append(const Invoice& invoice) {
  MutexLock lock(mutex_);
  if (std::exchange(loses_next_, false)) return absl::UnavailableError("the database is gone");
  std::vector<Invoice>& invoices = invoices_[invoice.project_id];
  if (!ComesNext(invoices, invoice)) return absl::AbortedError("does not come next");
  invoices.push_back(invoice);
  return absl::OkStatus();
}

absl::StatusOr<Invoice> MemoryInvoiceStore::Get(const std::string& project_id,
                                                const std::string& id) {
  MutexLock lock(mutex_);
  for (const Invoice& invoice : invoices_[project_id]) {
    if (invoice.id == id) return invoice;
  }
  return absl::NotFoundError("no such invoice");
}

absl::StatusOr<std::vector<Invoice>> MemoryInvoiceStore::List(const std::string& project_id,
                                                              std::int64_t before, int limit) {
  MutexLock lock(mutex_);
  const std::vector<Invoice>& invoices = invoices_[project_id];
  std::vector<Invoice> listed;
  for (auto invoice = invoices.rbegin(); invoice != invoices.rend(); ++invoice) {
    const bool full = listed.size() == static_cast<std::size_t>(limit);
    if (invoice->number < before && !full) listed.push_back(WithoutLines(*invoice));
  }
  return listed;
}

absl::StatusOr<std::optional<Invoice>> MemoryInvoiceStore::LastBefore(const std::string& project_id,
                                                                      std::int64_t time_us) {
  MutexLock lock(mutex_);
  std::optional<Invoice> last;
  for (const Invoice& invoice : invoices_[project_id]) {
    if (invoice.period.end_us <= time_us) last = WithoutLines(invoice);
  }
  return last;
}

absl::StatusOr<std::optional<std::int64_t>> MemoryInvoiceStore::FirstUsage(
    const std::string& project_id) {
  const UsageQuery query{.project_id = project_id,
                         .period = {0, std::numeric_limits<std::int64_t>::max()},
                         .by_hour = true};
  FURNACE_ASSIGN_OR_RETURN(const std::vector<UsageRow> rows, usage_.Sum(query, 1));
  if (rows.empty()) return std::nullopt;
  return rows[0].hour_us;
}

absl::StatusOr<std::vector<std::string>> MemoryInvoiceStore::Due(std::int64_t end_us,
                                                                 const std::string& after,
                                                                 int limit) {
  std::vector<std::string> due;
  for (const std::string& project_id : usage_.Projects()) {
    FURNACE_ASSIGN_OR_RETURN(const auto first, FirstUsage(project_id));
    FURNACE_ASSIGN_OR_RETURN(const std::int64_t open_from, OpenFrom(project_id));
    const bool wanted = project_id > after && first && *first < end_us && open_from < end_us;
    if (wanted && due.size() < static_cast<std::size_t>(limit)) due.push_back(project_id);
  }
  return due;
}

absl::StatusOr<bool> MemoryInvoiceStore::RunAlone(const std::function<void()>& work) {
  {
    MutexLock lock(mutex_);
    if (std::exchange(running_, true)) return false;
  }
  work();
  MutexLock lock(mutex_);
  running_ = false;
  return true;
}

void MemoryInvoiceStore::LoseNext() {
  MutexLock lock(mutex_);
  loses_next_ = true;
}

void MemoryInvoiceStore::Tamper(const std::string& project_id,
                                const std::function<void(Invoice&)>& change) {
  MutexLock lock(mutex_);
  change(invoices_[project_id].back());
}

}  // namespace furnace::metering
