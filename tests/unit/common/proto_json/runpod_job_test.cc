#include "libs/common/proto_json/runpod_job.h"

#include <gtest/gtest.h>

namespace furnace::proto_json {
namespace {

namespace v1 = furnace::v1;

v1::Job JobIn(v1::JobStatus status) {
  v1::Job job;
  job.set_id("j1");
  job.set_status(status);
  return job;
}

// A job whose second attempt is the present or last one.
v1::Job TriedJob(v1::JobStatus status) {
  v1::Job job = JobIn(status);
  job.set_attempt(2);
  job.set_retry_count(1);
  job.set_worker_id("w1");
  job.set_delay_ms(12);
  job.set_execution_ms(345);
  return job;
}

std::string Written(const v1::Job& job, std::string_view id = "j1") {
  std::string out;
  WriteRunPodJob(job, id, out);
  return out;
}

TEST(RunPodJobTest, EachStateHasTheFieldsThatRunpodsHas) {
  v1::Job running = TriedJob(v1::JOB_STATUS_IN_PROGRESS);
  running.set_progress(R"("half")");
  v1::Job completed = TriedJob(v1::JOB_STATUS_COMPLETED);
  completed.set_output(R"({"n": 1e400})");
  completed.set_progress(R"("half")");
  v1::Job failed = TriedJob(v1::JOB_STATUS_FAILED);
  failed.set_error("said \"no\"");
  v1::Job cancelled = JobIn(v1::JOB_STATUS_CANCELLED);
  const std::pair<v1::Job, std::string> cases[] = {
      {JobIn(v1::JOB_STATUS_IN_QUEUE), R"({"id":"j1","status":"IN_QUEUE"})"},
      {running,
       R"({"id":"j1","status":"IN_PROGRESS","workerId":"w1","delayTime":12,"retries":1,"output":"half"})"},
      {completed,
       R"({"id":"j1","status":"COMPLETED","workerId":"w1","delayTime":12,"retries":1,"executionTime":345,"output":{"n": 1e400}})"},
      {failed,
       R"({"id":"j1","status":"FAILED","workerId":"w1","delayTime":12,"retries":1,"executionTime":345,"error":"said \"no\""})"},
      {cancelled, R"({"id":"j1","status":"CANCELLED","error":"the job was cancelled"})"},
  };
  for (const auto& [job, expected] : cases) EXPECT_EQ(Written(job), expected);
}

TEST(RunPodJobTest, TheIdIsTheOneThatTheClientUses) {
  EXPECT_EQ(Written(JobIn(v1::JOB_STATUS_IN_QUEUE), "sync-\"j1"),
            R"({"id":"sync-\"j1","status":"IN_QUEUE"})");
}

TEST(RunPodJobTest, AJobThatWaitsSaysWhy) {
  v1::Job job = JobIn(v1::JOB_STATUS_IN_QUEUE);
  job.mutable_waiting()->set_constraint(v1::WAIT_CONSTRAINT_NO_CAPACITY);
  job.mutable_waiting()->set_position(3);
  job.mutable_waiting()->set_detail("no free GPU");
  EXPECT_EQ(
      Written(job),
      R"({"id":"j1","status":"IN_QUEUE","waiting":{"constraint":"NO_CAPACITY","position":3,"detail":"no free GPU"}})");
}

TEST(RunPodJobTest, AJobShowsItsAttemptsWithoutWhatIsNotSet) {
  v1::Job job = JobIn(v1::JOB_STATUS_IN_QUEUE);
  v1::Attempt& lost = *job.add_attempts();
  lost.set_attempt(1);
  lost.set_worker_id("w1");
  lost.set_gpu_type("rtx4000");
  lost.mutable_started_at()->set_seconds(1'800'000'000);
  lost.mutable_ended_at()->set_seconds(1'800'000'001);
  lost.mutable_ended_at()->set_nanos(500'000'000);
  lost.set_cause(v1::FAILURE_CAUSE_WORKER_LOST);
  lost.set_error("the \"worker\" died");
  job.add_attempts()->set_attempt(2);
  EXPECT_EQ(
      Written(job),
      R"({"id":"j1","status":"IN_QUEUE","attempts":[{"attempt":1,"workerId":"w1","gpuType":"rtx4000","startedAt":"2027-01-15T08:00:00Z","endedAt":"2027-01-15T08:00:01.5Z","cause":"WORKER_LOST","error":"the \"worker\" died"},{"attempt":2}]})");
}

TEST(RunPodJobTest, ALinkTakesThePlaceOfTheOutput) {
  v1::Job job = JobIn(v1::JOB_STATUS_COMPLETED);
  job.set_output_url("http://g/o?a=\"1\"");
  EXPECT_EQ(Written(job), R"({"id":"j1","status":"COMPLETED","output_url":"http://g/o?a=\"1\""})");
}

TEST(RunPodStatusTest, WhateverAJobWaitsForItIsInTheQueue) {
  for (const v1::JobStatus status :
       {v1::JOB_STATUS_WAITING, v1::JOB_STATUS_DELAYED, v1::JOB_STATUS_IN_QUEUE}) {
    EXPECT_EQ(RunPodStatus(JobIn(status)), "IN_QUEUE");
    EXPECT_FALSE(IsFinal(JobIn(status)));
  }
  EXPECT_EQ(RunPodStatus(JobIn(v1::JOB_STATUS_TIMED_OUT)), "TIMED_OUT");
  EXPECT_TRUE(IsFinal(JobIn(v1::JOB_STATUS_TIMED_OUT)));
  EXPECT_FALSE(IsFinal(JobIn(v1::JOB_STATUS_IN_PROGRESS)));
}

TEST(RunPodErrorTest, AJobWithoutOutputAlwaysHasAnError) {
  for (const v1::JobStatus status :
       {v1::JOB_STATUS_FAILED, v1::JOB_STATUS_TIMED_OUT, v1::JOB_STATUS_CANCELLED}) {
    EXPECT_NE(RunPodError(JobIn(status)), "");
  }
  EXPECT_EQ(RunPodError(JobIn(v1::JOB_STATUS_COMPLETED)), "");
}

TEST(RunPodErrorTest, ATimeoutIsToldInRunpodsWords) {
  v1::Job job = TriedJob(v1::JOB_STATUS_FAILED);
  job.set_cause(v1::FAILURE_CAUSE_TIMEOUT);
  job.set_error("ran longer than 30 s");
  EXPECT_EQ(RunPodError(job), "executionTimeout exceeded");
}

}  // namespace
}  // namespace furnace::proto_json
