#pragma once

#include <string>
#include <vector>

#include "services/scheduler/app/relay.h"
#include "services/scheduler/domain/shard.h"
#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/memory_attempt_history.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {

/// A relay of a queue in memory to everything that hears of its events.
class RelayFixture : public QueueFixture {
 protected:
  RelayFixture() {
    leader_.Renew();
    source_.Put(endpoint_);
  }

  absl::StatusOr<JobRecord> Past(const std::string& id) {
    return history_.Get(id, endpoint_.project_id);
  }

  // As a worker's heartbeat, whose handler began the job at once.
  void RenewFor(const LeaseId& lease) {
    queue_.Renew(ShardOfJob(lease.job_id), {{.lease = lease, .waited = absl::ZeroDuration()}},
                 absl::Hours(1), [](const absl::StatusOr<std::vector<LeaseId>>&) {});
  }

  bool Empty() { return log_.ReadEvents(leader_.Led(), 1)->empty(); }

  ShardLeader leader_{log_, "a", kTestShards};
  RecordingUsageSink usage_;
  RecordingBatchListener batches_;
  RecordingJobEndListener webhooks_;
  RecordingForecastMeter meter_;
  ForecastBook forecasts_{meter_};
  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  MemoryAttemptHistory attempts_;
  Relay relay_{log_,     leader_,   catalog_, history_,      attempts_,
               batches_, webhooks_, usage_,   dependencies_, forecasts_};
};

}  // namespace furnace::scheduler
