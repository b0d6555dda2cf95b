#pragma once

#include <grpcpp/server.h>

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "furnace/v1/worker_service.grpc.pb.h"
#include "libs/common/base/mutex.h"

namespace furnace::worker::testing {

/// The scheduler as a worker sees it: takes its sessions, keeps what it says until
/// a test asks for it, and says what the test wants. Thread-safe.
class FakeScheduler final : public furnace::v1::WorkerService::Service {
 public:
  using Request = furnace::v1::ConnectRequest;
  using Response = furnace::v1::ConnectResponse;

  struct Behaviour {
    bool settles = true;      // Answers each result with Settled.
    int heartbeat_ms = 1000;  // In Welcome.
    grpc::Status refusal;     // If not OK, the answer to any Hello.
  };

  /// Listens on a free port of 127.0.0.1.
  explicit FakeScheduler(Behaviour behaviour);
  FakeScheduler() : FakeScheduler(Behaviour()) {}
  ~FakeScheduler() override;

  std::string address() const;

  void Settles(bool settles);
  /// Cuts all sessions. The worker will be back.
  void Disconnect();
  /// Stops listening, and listens again on the same port.
  void GoAway();
  void ComeBack();

  /// The first message not yet awaited that `matches`; fails the test and returns
  /// an empty one when none comes.
  Request Await(const std::function<bool(const Request&)>& matches, std::string_view what);
  Request AwaitHello();
  /// Of any job when `job_id` is empty.
  furnace::v1::Result AwaitResult(const std::string& job_id = "");
  /// Whether a message that `matches` is there now, awaited or not.
  bool Saw(const std::function<bool(const Request&)>& matches);
  /// Bearer tokens of the sessions so far.
  std::vector<std::string> Tokens();

  /// To the present session.
  void Send(const Response& response);
  void Assign(const std::string& job_id, const std::string& input, int epoch = 1,
              std::int64_t timeout_ms = 600'000);
  void Cancel(const std::string& job_id, int epoch = 1);
  void LoseLease(const std::string& job_id, int epoch = 1);
  void Settle(const std::string& job_id, int epoch = 1);
  void Drain();

 private:
  using Stream = grpc::ServerReaderWriter<Response, Request>;

  grpc::Status Connect(grpc::ServerContext* context, Stream* stream) override;
  void Listen();
  void OnRequest(const Request& request);

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  Mutex mutex_;
  CondVar changed_;
  Behaviour behaviour_ ABSL_GUARDED_BY(mutex_);
  std::list<Request> waiting_ ABSL_GUARDED_BY(mutex_);
  std::list<Request> all_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> tokens_ ABSL_GUARDED_BY(mutex_);
  Stream* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  grpc::ServerContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace furnace::worker::testing
