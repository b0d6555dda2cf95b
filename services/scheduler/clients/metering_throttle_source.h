#pragma once

#include <memory>
#include <vector>

#include "furnace/internal/v1/throttle_service.grpc.pb.h"
#include "libs/common/rpc/client.h"
#include "services/scheduler/app/throttles.h"

namespace furnace::scheduler {

/// Asks furnace-metering for throttled projects. Thread-safe.
class MeteringThrottleSource final : public ThrottleSource {
 public:
  MeteringThrottleSource(std::shared_ptr<grpc::Channel> channel, furnace::rpc::CallOptions options)
      : stub_(internal::v1::ThrottleService::NewStub(std::move(channel))),
        options_(std::move(options)) {}

  absl::StatusOr<std::vector<ThrottledProject>> List() override;

 private:
  const std::unique_ptr<internal::v1::ThrottleService::Stub> stub_;
  const furnace::rpc::CallOptions options_;
};

}  // namespace furnace::scheduler
