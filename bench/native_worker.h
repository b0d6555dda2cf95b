#pragma once

#include <grpcpp/client_context.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "furnace/v1/worker_service.grpc.pb.h"

namespace furnace::bench {

struct WorkerOptions {
  std::string scheduler_address;
  std::string internal_token;
  std::string worker_id;
  std::string endpoint_id;
  int credits = 64;
};

/// A worker's stream to the scheduler, after Hello.
class WorkerSession {
 public:
  explicit WorkerSession(const WorkerOptions& options);
  /// Hangs up. Nobody reads any more.
  ~WorkerSession();

  using Stream =
      grpc::ClientReaderWriter<furnace::v1::ConnectRequest, furnace::v1::ConnectResponse>;
  /// One thread may read while another writes.
  Stream& stream() { return *stream_; }
  /// Makes reads fail from now on.
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<furnace::v1::WorkerService::Stub> stub_;
  std::unique_ptr<Stream> stream_;
};

/// A worker that does nothing to each job it gets, as fast as it can: settles it with
/// the result `null` and asks for another.
class NativeWorker {
 public:
  using Options = WorkerOptions;
  /// Called with each job's id when it arrives.
  using OnJob = std::function<void(const std::string& job_id)>;

  NativeWorker(const Options& options, OnJob on_job);
  ~NativeWorker();

  /// Jobs that the scheduler has confirmed as settled.
  std::int64_t settled() const { return settled_; }

 private:
  void Read();

  const OnJob on_job_;
  WorkerSession session_;
  std::atomic<std::int64_t> settled_{0};
  std::thread reader_;
};

}  // namespace furnace::bench
