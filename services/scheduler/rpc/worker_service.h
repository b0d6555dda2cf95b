#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "furnace/v1/worker_service.grpc.pb.h"
#include "libs/common/base/clock.h"
#include "libs/common/rpc/async_call.h"
#include "services/scheduler/rpc/worker_session.h"

namespace furnace::scheduler::rpc {

/// The gRPC face of workers: lets in those with a token and starts their sessions.
class WorkerService final
    : public v1::WorkerService::WithAsyncMethod_Connect<v1::WorkerService::Service> {
 public:
  WorkerService(std::string internal_token, SessionContext context, const Clock& clock);

  /// For rpc::Server::Start.
  std::vector<furnace::rpc::AsyncMethod*> async_methods() { return {&connect_}; }

 private:
  void OnConnect(const std::shared_ptr<ConnectCall>& call);

  const std::string internal_token_;
  const SessionContext context_;
  const Clock& clock_;
  std::atomic<std::uint64_t> sessions_{0};  // So far.
  furnace::rpc::Listener<ConnectCall> connect_;
};

}  // namespace furnace::scheduler::rpc
