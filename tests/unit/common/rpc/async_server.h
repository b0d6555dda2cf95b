// A server whose methods are the async ones of async_call.h, answered by the test.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "furnace/v1/job_service.grpc.pb.h"
#include "furnace/v1/worker_service.grpc.pb.h"
#include "libs/common/base/mutex.h"
#include "libs/common/rpc/async_call.h"
#include "libs/common/rpc/client.h"
#include "libs/common/rpc/server.h"

namespace furnace::rpc {

using RunSyncCall = UnaryCall<v1::RunSyncRequest, v1::RunSyncResponse>;
using WatchCall = ServerStreamCall<v1::WatchRequest, v1::WatchResponse>;
using ConnectCall = BidiCall<v1::ConnectRequest, v1::ConnectResponse>;

/// Longer than anything here takes, unless it hangs.
inline constexpr absl::Duration kPatience = absl::Seconds(30);

/// Waits until `condition` holds; false when it does not come to.
inline bool Eventually(const std::function<bool()>& condition) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return true;
}

/// What one side of a test hands to the other.
template <typename T>
class Mailbox {
 public:
  void Put(T item) {
    MutexLock lock(mutex_);
    items_.push_back(std::move(item));
    changed_.SignalAll();
  }

  T Take() {
    MutexLock lock(mutex_);
    while (items_.empty()) changed_.Wait(mutex_);
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<T> items_ ABSL_GUARDED_BY(mutex_);
};

class AsyncServer {
 public:
  AsyncServer() {
    auto started = Server::Start({.address = "127.0.0.1:0"}, {&jobs_, &workers_},
                                 {&run_sync_, &watch_, &connect_});
    EXPECT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    channel_ = Dial("127.0.0.1:" + std::to_string(server_->port()));
  }

  Server& server() { return *server_; }
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }

  /// The calls that came in, for the test to answer.
  Mailbox<std::shared_ptr<RunSyncCall>> run_syncs;
  Mailbox<std::shared_ptr<WatchCall>> watches;
  Mailbox<std::shared_ptr<ConnectCall>> connects;

 private:
  using Jobs = v1::JobService::WithAsyncMethod_RunSync<
      v1::JobService::WithAsyncMethod_Watch<v1::JobService::Service>>;
  using Workers = v1::WorkerService::WithAsyncMethod_Connect<v1::WorkerService::Service>;

  Jobs jobs_;
  Workers workers_;
  Listener<RunSyncCall> run_sync_{
      [this](RunSyncCall& call, grpc::ServerCompletionQueue& queue, void* tag) {
        jobs_.RequestRunSync(&call.context(), &call.request(), &call.stream(), &queue, &queue, tag);
      },
      [this](std::shared_ptr<RunSyncCall> call) { run_syncs.Put(std::move(call)); }};
  Listener<WatchCall> watch_{
      [this](WatchCall& call, grpc::ServerCompletionQueue& queue, void* tag) {
        jobs_.RequestWatch(&call.context(), &call.request(), &call.stream(), &queue, &queue, tag);
      },
      [this](std::shared_ptr<WatchCall> call) { watches.Put(std::move(call)); }};
  Listener<ConnectCall> connect_{
      [this](ConnectCall& call, grpc::ServerCompletionQueue& queue, void* tag) {
        workers_.RequestConnect(&call.context(), &call.stream(), &queue, &queue, tag);
      },
      [this](std::shared_ptr<ConnectCall> call) { connects.Put(std::move(call)); }};
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

/// A client call that runs on a thread of its own.
class Background {
 public:
  explicit Background(std::function<void()> work) : thread_(std::move(work)) {}
  ~Background() { thread_.join(); }

 private:
  std::thread thread_;
};

}  // namespace furnace::rpc
