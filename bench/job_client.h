#pragma once

#include <memory>
#include <string>
#include <vector>

#include "furnace/v1/job_service.grpc.pb.h"
#include "libs/common/rpc/client.h"

namespace furnace::bench {

/// Submits a no-op job over gRPC, as the gateway does, and waits for the answer.
class JobClient {
 public:
  JobClient(std::shared_ptr<grpc::Channel> channel, std::string internal_token,
            std::string project_id, std::string endpoint_id);

  /// The new job's id, or empty when it was refused.
  std::string Submit(const std::string& input = "{}");

 private:
  const std::unique_ptr<v1::JobService::Stub> stub_;
  const rpc::CallOptions options_;
  rpc::CallContext caller_;
  const std::string endpoint_id_;
};

/// A new endpoint for the jobs, from the registry; its ids, or empty ones.
struct EndpointIds {
  std::string project_id;
  std::string endpoint_id;
};
EndpointIds CreateEndpoint(const std::string& registry_address, const std::string& internal_token,
                           const std::string& project_id, const std::string& name);

}  // namespace furnace::bench
