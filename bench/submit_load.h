#pragma once

#include <grpcpp/completion_queue.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bench/job_client.h"
#include "furnace/v1/job_service.grpc.pb.h"
#include "libs/common/rpc/client.h"

namespace furnace::bench {

/// Many clients on one connection, each submitting again as soon as it is answered.
/// One thread drives them all, so that the load costs less than what it measures.
class SubmitLoad {
 public:
  /// `jobs`: in a call; more than one are submitted as a batch.
  struct Options {
    int clients;
    int jobs;
  };

  SubmitLoad(std::shared_ptr<grpc::Channel> channel, std::string internal_token, EndpointIds ids,
             Options options);

  /// Submits until `end`, and returns how many jobs were accepted by then.
  std::int64_t RunUntil(absl::Time end);

  /// One call after another at fixed times, `rate` a second, whatever the answers take;
  /// how long each took from when it was due.
  std::vector<absl::Duration> Pace(double rate, absl::Duration length);

 private:
  struct Call;

  void Start(Call& call);

  const std::unique_ptr<v1::JobService::Stub> stub_;
  const rpc::CallOptions call_options_;
  const EndpointIds ids_;
  const Options options_;
  rpc::CallContext caller_;
  grpc::CompletionQueue queue_;
};

}  // namespace furnace::bench
