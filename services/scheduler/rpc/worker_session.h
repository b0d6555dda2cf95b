#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "furnace/v1/worker_service.pb.h"
#include "libs/common/rpc/worker_token.h"
#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/dispatcher.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/rpc/worker_stream.h"

namespace furnace::scheduler::rpc {

/// What a session of a worker works with.
struct SessionContext {
  Dispatcher& dispatcher;
  EndpointCatalog& catalog;
  runtime::ThreadPool& blocking;  // Runs what asks the registry.
  absl::Duration lease;
};

/// One worker's stream, from its Hello to its end: turns messages into calls of the
/// dispatcher. OnMessage and OnClosed are called one at a time.
class WorkerSession : public std::enable_shared_from_this<WorkerSession> {
 public:
  /// `number` is greater than those of the sessions before.
  WorkerSession(const SessionContext& context, furnace::rpc::WorkerIdentity identity,
                std::uint64_t number, std::shared_ptr<ConnectCall> call)
      : context_(context),
        identity_(std::move(identity)),
        number_(number),
        call_(std::move(call)),
        link_(std::make_shared<StreamWorkerLink>(call_)) {}

  /// Begins to read the stream, which keeps the session alive.
  void Start();

 private:
  void OnMessage(v1::ConnectRequest& message);
  void OnHello(const v1::Hello& hello);
  absl::StatusOr<WorkerHello> HelloFrom(const v1::Hello& hello) const;
  void Welcome(WorkerHello hello);
  void OnResult(v1::Result& result);
  void OnProgress(v1::Progress& progress);
  void OnClosed();
  void Refuse(const absl::Status& status);

  const SessionContext context_;
  const furnace::rpc::WorkerIdentity identity_;
  const std::uint64_t number_;
  const std::shared_ptr<ConnectCall> call_;
  const std::shared_ptr<StreamWorkerLink> link_;
  bool greeted_ = false;
};

}  // namespace furnace::scheduler::rpc
