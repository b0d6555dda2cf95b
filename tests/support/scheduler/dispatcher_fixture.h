#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/dispatcher.h"
#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/memory_worker_lives.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {

/// A dispatcher on a queue in memory.
class DispatcherFixture : public QueueFixture {
 protected:
  using Leases = std::vector<LeaseId>;
  static constexpr absl::Duration kLease = absl::Seconds(15);

  /// A new session of a worker of the endpoint.
  std::shared_ptr<RecordingWorkerLink> Join(const std::string& worker_id, int credits,
                                            Leases leases = {}) {
    auto link = std::make_shared<RecordingWorkerLink>();
    dispatcher_.Join({.worker = AWorker(worker_id),
                      .endpoint_id = endpoint_.id,
                      .endpoint_revision = 1,
                      .leases = std::move(leases),
                      .credits = credits},
                     link);
    return link;
  }

  void Result(const std::string& worker_id, const LeaseId& lease, Outcome outcome,
              int credits = 0) {
    dispatcher_.Result(worker_id, {.lease = lease, .outcome = std::move(outcome)}, credits);
  }

  /// Makes the endpoint known to the scheduler as it is given.
  void Publish(const Endpoint& endpoint) {
    source_.Put(endpoint);
    ASSERT_TRUE(catalog_.Refresh().ok());
  }

  /// Waits until the blocking work that was handed over before is done.
  void FinishBlockingWork() {
    std::promise<void> done;
    ASSERT_TRUE(blocking_.TrySubmit([&done] { done.set_value(); }));
    done.get_future().wait();
  }

  /// The leases that a worker was sent.
  static Leases Assigned(const RecordingWorkerLink& link) {
    Leases leases;
    for (const WorkerLink::Assignment& job : link.received().jobs) leases.push_back(job.lease);
    return leases;
  }

  std::optional<ConnectedWorker> Connected(const std::string& worker_id) const {
    for (const ConnectedWorker& worker : dispatcher_.Workers()) {
      if (worker.hello.worker.worker_id == worker_id) return worker;
    }
    return std::nullopt;
  }

  runtime::ThreadPool blocking_{1, 100};  // One thread: in the order of submission.
  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  JobReader reader_{queue_, history_, payloads_};
  JobWatchers watchers_{queue_, reader_, blocking_};
  ProgressReports reports_{queue_, watchers_, "replica"};
  MemoryWorkerLives lives_{queue_};
  Lifetimes lifetimes_{lives_, catalog_, clock_, kLease};
  Dispatcher dispatcher_{queue_,     catalog_,  payloads_, reader_, reports_,
                         lifetimes_, blocking_, clock_,    kLease};
};

}  // namespace furnace::scheduler
