#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/metering/app/invoice_ports.h"

namespace furnace::metering {

/// The tables metering.invoices and invoice_lines.
class PostgresInvoiceStore final : public InvoiceStore {
 public:
  explicit PostgresInvoiceStore(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<std::int64_t> OpenFrom(const std::string& project_id) override;
  absl::Status Append(const Invoice& invoice) override;
  absl::StatusOr<Invoice> Get(const std::string& project_id, const std::string& id) override;
  absl::StatusOr<std::vector<Invoice>> List(const std::string& project_id, std::int64_t before,
                                            int limit) override;
  absl::StatusOr<std::optional<Invoice>> LastBefore(const std::string& project_id,
                                                    std::int64_t time_us) override;
  absl::StatusOr<std::optional<std::int64_t>> FirstUsage(const std::string& project_id) override;
  absl::StatusOr<std::vector<std::string>> Due(std::int64_t end_us, const std::string& after,
                                               int limit) override;
  absl::StatusOr<bool> RunAlone(const std::function<void()>& work) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::metering
