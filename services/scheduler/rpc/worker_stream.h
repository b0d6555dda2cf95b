#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "furnace/v1/worker_service.pb.h"
#include "libs/common/rpc/async_call.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler::rpc {

using ConnectCall = furnace::rpc::BidiCall<v1::ConnectRequest, v1::ConnectResponse>;

/// The dispatcher's side of a worker's stream.
class StreamWorkerLink final : public WorkerLink {
 public:
  explicit StreamWorkerLink(std::shared_ptr<ConnectCall> call) : call_(std::move(call)) {}

  bool Assign(std::vector<Assignment> jobs) override;
  void Settled(const std::vector<LeaseId>& leases) override;
  void LeaseLost(const std::vector<LeaseId>& leases) override;
  void ProgressStored(const LeaseId& lease, std::int64_t sequence) override;
  void CancelJob(const LeaseId& lease) override;
  void Drain() override;
  void Close() override;

  /// Whether the dispatcher has ended the session: what the worker still says on it
  /// is not for anybody.
  bool closed() const { return closed_; }

 private:
  const std::shared_ptr<ConnectCall> call_;
  std::atomic<bool> closed_{false};
};

}  // namespace furnace::scheduler::rpc
