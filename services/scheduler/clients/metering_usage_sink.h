#pragma once

#include <memory>
#include <vector>

#include "furnace/internal/v1/usage_service.grpc.pb.h"
#include "libs/common/rpc/client.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Sends usage to furnace-metering. Thread-safe.
class MeteringUsageSink final : public UsageSink {
 public:
  MeteringUsageSink(std::shared_ptr<grpc::Channel> channel, furnace::rpc::CallOptions options)
      : stub_(internal::v1::UsageService::NewStub(std::move(channel))),
        options_(std::move(options)) {}

  absl::Status Record(const std::vector<AttemptEnd>& attempts) override;
  absl::Status RecordParts(const std::vector<AttemptPart>& parts) override;
  absl::Status RecordSlices(const std::vector<WorkerSlice>& slices) override;

 private:
  absl::Status Send(const internal::v1::RecordUsageRequest& request);

  const std::unique_ptr<internal::v1::UsageService::Stub> stub_;
  const furnace::rpc::CallOptions options_;
};

}  // namespace furnace::scheduler
