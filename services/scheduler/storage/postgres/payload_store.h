#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Payloads in scheduler.furnace_payloads. Thread-safe.
class PostgresPayloadStore final : public PayloadStore {
 public:
  explicit PostgresPayloadStore(postgres::Pool& pool) : pool_(pool) {}

  absl::Status SaveInputs(const std::vector<Input>& inputs) override;
  absl::Status DeleteInputs(const std::vector<std::string>& job_ids) override;
  absl::Status SaveOutput(const LeaseId& lease, std::string body) override;
  absl::StatusOr<std::string> LoadInput(const std::string& job_id) override;
  absl::StatusOr<std::string> LoadOutput(const LeaseId& lease,
                                         std::size_t max_bytes = kAnyBytes) override;

 private:
  absl::StatusOr<std::string> Load(const std::string& job_id, int epoch, std::size_t max_bytes);

  postgres::Pool& pool_;
};

}  // namespace furnace::scheduler
