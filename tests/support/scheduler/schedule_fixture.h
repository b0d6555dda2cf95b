#pragma once

#include <string>
#include <utility>

#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/schedule_runner.h"
#include "services/scheduler/app/schedules.h"
#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/memory_queue_loads.h"
#include "tests/support/scheduler/memory_schedule_store.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {

/// Schedules of an endpoint of a queue in memory, and their runner. The clock stands
/// half a minute before a full ten minutes.
class ScheduleFixture : public QueueFixture {
 protected:
  ScheduleFixture() {
    source_.Put(endpoint_);
    EXPECT_TRUE(catalog_.Refresh().ok());
    leader_.Renew();
    const absl::Duration past = absl::FromUnixSeconds(0) - clock_.Now();
    clock_.Advance(absl::Minutes(10) + past % absl::Minutes(10) - absl::Seconds(30));
  }

  /// One that runs every ten minutes, next in half a minute.
  Schedule Draft(std::string name = "report") const {
    Schedule draft;
    draft.endpoint_id = endpoint_.id;
    draft.project_id = endpoint_.project_id;
    draft.name = std::move(name);
    draft.cron = "*/10 * * * *";
    draft.time_zone = "UTC";
    draft.input = "[1]";
    return draft;
  }

  Schedule Create(const Schedule& draft) { return schedules_.Create(draft).value(); }
  Schedule Get(const Schedule& schedule) {
    return schedules_.Get(schedule.id, schedule.project_id).value();
  }

  /// The clock moves on, and a round is run.
  absl::Status RunAfter(absl::Duration time) {
    clock_.Advance(time);
    return runner_.Run();
  }

  /// The job of the schedule's run of this time; nullopt when there is none.
  std::optional<Job> JobOf(const Schedule& schedule, absl::Time nominal) const {
    return queue_.Live(RunJobId(schedule.id, nominal, ShardOfEndpoint(endpoint_.id, kTestShards)));
  }

  int queued() { return log_.Survey({endpoint_.id}).value().at(endpoint_.id).queued; }

  runtime::ThreadPool blocking_{1, 100};
  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  MemoryScheduleStore store_;
  JobReader reader_{queue_, history_, payloads_};
  Persister persister_{log_, history_, blocking_};
  MemoryQueueLoads loads_{queue_};
  Admission admission_{loads_, catalog_, {}};
  Submitter submitter_{catalog_,      queue_,    payloads_, persister_, admission_,
                       dependencies_, blocking_, clock_,    kTestShards};
  ShardLeader leader_{log_, "a", kTestShards};
  Schedules schedules_{store_, catalog_, clock_};
  ScheduleRunner runner_{store_, submitter_, reader_, leader_, clock_, kTestShards};
};

}  // namespace furnace::scheduler
