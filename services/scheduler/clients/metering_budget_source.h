#pragma once

#include <memory>
#include <vector>

#include "furnace/internal/v1/budget_source_service.grpc.pb.h"
#include "libs/common/rpc/client.h"
#include "services/scheduler/app/budget_ports.h"

namespace furnace::scheduler {

/// Asks furnace-metering for budgets. Thread-safe.
class MeteringBudgetSource final : public BudgetSource {
 public:
  MeteringBudgetSource(std::shared_ptr<grpc::Channel> channel, furnace::rpc::CallOptions options)
      : stub_(internal::v1::BudgetSourceService::NewStub(std::move(channel))),
        options_(std::move(options)) {}

  absl::StatusOr<std::vector<Budget>> HardBudgets() override;

 private:
  const std::unique_ptr<internal::v1::BudgetSourceService::Stub> stub_;
  const furnace::rpc::CallOptions options_;
};

}  // namespace furnace::scheduler
