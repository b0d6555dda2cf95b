#pragma once

#include <memory>

#include "furnace/v1/metering_service.grpc.pb.h"
#include "libs/common/rpc/client.h"
#include "services/scheduler/app/forecast_ports.h"

namespace furnace::scheduler {

/// Asks furnace-metering for its prices. Thread-safe.
class MeteringPriceSource final : public PriceSource {
 public:
  MeteringPriceSource(std::shared_ptr<grpc::Channel> channel, furnace::rpc::CallOptions options)
      : stub_(v1::MeteringService::NewStub(std::move(channel))), options_(std::move(options)) {}

  absl::StatusOr<PriceList> Prices() override;

 private:
  const std::unique_ptr<v1::MeteringService::Stub> stub_;
  const furnace::rpc::CallOptions options_;
};

}  // namespace furnace::scheduler
