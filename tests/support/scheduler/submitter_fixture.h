#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "libs/common/runtime/thread_pool.h"
#include "services/scheduler/app/submitter.h"
#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/manual_clock.h"
#include "tests/support/scheduler/memory_job_links.h"
#include "tests/support/scheduler/memory_job_queue.h"
#include "tests/support/scheduler/memory_queue_loads.h"
#include "tests/support/scheduler/memory_shard_log.h"
#include "tests/support/scheduler/memory_stores.h"
#include "tests/support/scheduler/samples.h"
#include "tests/support/scheduler/settable_rules.h"

namespace furnace::scheduler {

/// A submitter to an endpoint of a queue in memory.
class SubmitterFixture : public testing::Test {
 protected:
  SubmitterFixture() {
    endpoint_.gpu_types = {"rtx4090", "rtx4000"};
    endpoint_.timeout = absl::Seconds(7);
    endpoint_.retry.max_retries = 2;
    source_.Put(endpoint_);
  }

  JobRequest Request(std::vector<std::string> inputs) const {
    JobRequest request{
        .project_id = endpoint_.project_id, .endpoint_id = endpoint_.id, .items = {}};
    for (std::string& input : inputs) {
      request.items.push_back({.input = std::move(input), .priority = 3});
    }
    return request;
  }

  Endpoint endpoint_ = AnEndpoint();
  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  MemoryPayloadStore payloads_;
  ManualClock clock_;
  runtime::ThreadPool blocking_{1, 100};
  MemoryJobQueue queue_{clock_, kTestShards};
  MemoryShardLog log_{queue_};
  MemoryJobHistory history_;
  Persister persister_{log_, history_, blocking_};
  MemoryQueueLoads loads_{queue_};
  Admission admission_{
      loads_, catalog_, {.suite = {}, .project = {.jobs = 3, .bytes = kInlineBytes + 100}}};
  MemoryJobLinks links_{queue_};
  Dependencies dependencies_{links_, queue_, history_};
  SettableRules rules_;
  Submitter submitter_{catalog_,  queue_, payloads_,   persister_, admission_, dependencies_,
                       blocking_, clock_, kTestShards, nullptr,    &rules_};
};

}  // namespace furnace::scheduler
