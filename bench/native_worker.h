#pragma once

#include <grpcpp/client_context.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "furnace/v1/worker_service.grpc.pb.h"

namespace furnace::bench {

/// A worker that does nothing to each job it gets, as fast as it can: settles it with
/// the result `null` and asks for another.
class NativeWorker {
 public:
  struct Options {
    std::string scheduler_address;
    std::string internal_token;
    std::string worker_id;
    std::string endpoint_id;
    int credits = 64;
  };
  /// Called with each job's id when it arrives.
  using OnJob = std::function<void(const std::string& job_id)>;

  NativeWorker(const Options& options, OnJob on_job);
  ~NativeWorker();

  /// Jobs that the scheduler has confirmed as settled.
  std::int64_t settled() const { return settled_; }

 private:
  void Read();

  const OnJob on_job_;
  grpc::ClientContext context_;
  std::unique_ptr<furnace::v1::WorkerService::Stub> stub_;
  std::unique_ptr<
      grpc::ClientReaderWriter<furnace::v1::ConnectRequest, furnace::v1::ConnectResponse>>
      stream_;
  std::atomic<std::int64_t> settled_{0};
  std::thread reader_;
};

}  // namespace furnace::bench
