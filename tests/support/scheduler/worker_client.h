#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <memory>
#include <string>
#include <vector>

#include "furnace/v1/worker_service.grpc.pb.h"

namespace furnace::scheduler {

/// A worker's side of WorkerService.Connect, driven step by step. For one thread;
/// every read ends within a minute.
class WorkerClient {
 public:
  struct Options {
    std::string worker_id;
    std::string endpoint_id;
    int credits = 1;
    std::vector<v1::LeaseId> leases = {};
  };

  /// Opens the stream with `token`.
  WorkerClient(const std::shared_ptr<grpc::Channel>& channel, const std::string& token);
  /// Breaks the stream off.
  ~WorkerClient();

  void Send(const v1::ConnectRequest& message) { stream_->Write(message); }
  void Hello(const Options& options);
  void Complete(const v1::LeaseId& lease, const std::string& output, int credits = 1);
  void Yield(const v1::LeaseId& lease, const std::string& progress, const std::string& chunk);

  /// The next message; one of no kind when the stream has ended.
  v1::ConnectResponse Next();
  /// The next message, which has one job; else a job without lease.
  v1::Assignment NextJob();
  /// How the stream ended; call it once, after its last message.
  grpc::Status Finish() { return stream_->Finish(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::WorkerService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ConnectRequest, v1::ConnectResponse>> stream_;
};

}  // namespace furnace::scheduler
