#pragma once

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "furnace/v1/job_service.grpc.pb.h"
#include "services/scheduler/scheduler.h"
#include "tests/support/scheduler/fake_suite.h"
#include "tests/support/scheduler/worker_client.h"

namespace furnace::scheduler {

/// One scheduler, in this process, and a channel to it.
class Replica {
 public:
  Replica(const std::string& suite_address, absl::Duration lease);
  ~Replica() { scheduler_->Stop(); }

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  v1::JobService::Stub& jobs() { return *jobs_; }

 private:
  std::unique_ptr<Scheduler> scheduler_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
};

/// Whole schedulers on the test servers, with a fake registry and metering.
class SchedulerFixture : public testing::Test {
 protected:
  SchedulerFixture();

  /// Starts a replica and gives up on the test where that fails.
  std::unique_ptr<Replica> StartReplica(absl::Duration lease = absl::Seconds(15)) {
    return std::make_unique<Replica>(suite_.address(), lease);
  }

  /// The context of a call on behalf of a project; of the test's own, if not given.
  std::unique_ptr<grpc::ClientContext> As(const std::string& project_id = "",
                                          v1::Role role = v1::ROLE_RUNNER) const;

  /// A worker token of the endpoint.
  std::string Token(const std::string& worker_id, const std::string& endpoint_id) const;

  /// A session of a worker of the test's endpoint that has been welcomed.
  std::unique_ptr<WorkerClient> Connect(Replica& replica, const std::string& worker_id,
                                        int credits = 1, std::vector<v1::LeaseId> leases = {});

  /// Queues a job of the test's endpoint; its id.
  std::string Submit(Replica& replica, const std::string& input = "1");
  v1::Job Get(Replica& replica, const std::string& job_id);
  /// The job once it is final.
  v1::Job Wait(Replica& replica, const std::string& job_id);

  /// Asks again and again until the answer is true; for what is told to nobody.
  static bool Eventually(const std::function<bool()>& ask);

  FakeSuite suite_;
  const std::string project_;
  const std::string endpoint_;
};

}  // namespace furnace::scheduler
