#include "services/gateway/http/runpod/endpoint_view.h"

#include <gtest/gtest.h>

namespace furnace::gateway::http::runpod {
namespace {

namespace v1 = furnace::v1;

void AddWorker(v1::ListWorkersResponse& workers, const std::string& id, v1::WorkerStatus status) {
  v1::Worker& worker = *workers.add_workers();
  worker.set_id(id);
  worker.set_status(status);
}

TEST(WriteHealthTest, EveryCountIsThere) {
  std::string empty;
  WriteHealth({}, empty);
  EXPECT_EQ(
      empty,
      R"({"jobs":{"completed":0,"failed":0,"inProgress":0,"inQueue":0,"retried":0},"workers":{"idle":0,"initializing":0,"ready":0,"running":0,"throttled":0,"unhealthy":0}})");
  v1::EndpointHealth health;
  health.mutable_jobs()->set_completed(1);
  health.mutable_jobs()->set_failed(2);
  health.mutable_jobs()->set_in_progress(3);
  health.mutable_jobs()->set_in_queue(4);
  health.mutable_jobs()->set_retried(5);
  health.mutable_workers()->set_starting(6);
  health.mutable_workers()->set_idle(7);
  health.mutable_workers()->set_running(8);
  health.mutable_workers()->set_draining(9);
  std::string full;
  WriteHealth(health, full);
  EXPECT_EQ(
      full,
      R"({"jobs":{"completed":1,"failed":2,"inProgress":3,"inQueue":4,"retried":5},"workers":{"idle":7,"initializing":6,"ready":15,"running":8,"throttled":0,"unhealthy":0}})");
}

TEST(WriteMetricsTest, ReadyWorkersAreThoseThatTakeJobs) {
  v1::ListWorkersResponse workers;
  AddWorker(workers, "a", v1::WORKER_STATUS_STARTING);
  AddWorker(workers, "b", v1::WORKER_STATUS_IDLE);
  AddWorker(workers, "c", v1::WORKER_STATUS_RUNNING);
  AddWorker(workers, "d", v1::WORKER_STATUS_DRAINING);
  std::string out;
  WriteMetrics(workers, out);
  EXPECT_EQ(
      out,
      R"({"readyWorkers":["b","c"],"workers":{"idle":1,"initializing":1,"ready":2,"running":1,"throttled":0,"unhealthy":0}})");
}

TEST(WriteRequestsTest, JobsAreShownAsStatusShowsThem) {
  v1::ListResponse page;
  std::string empty;
  WriteRequests(page, empty);
  EXPECT_EQ(empty, R"({"requests":[]})");
  for (const char* id : {"a", "b"}) {
    v1::Job& job = *page.add_jobs();
    job.set_id(id);
    job.set_status(v1::JOB_STATUS_DELAYED);
  }
  page.set_next_page_token("b");
  std::string full;
  WriteRequests(page, full);
  EXPECT_EQ(
      full,
      R"({"requests":[{"id":"a","status":"IN_QUEUE"},{"id":"b","status":"IN_QUEUE"}],"next_page_token":"b"})");
}

}  // namespace
}  // namespace furnace::gateway::http::runpod
