#include "services/scheduler/rpc/job_json.h"

#include <gtest/gtest.h>

#include "libs/common/json/json.h"

namespace furnace::scheduler::rpc {
namespace {

JobRecord Ended(JobStatus status) {
  JobRecord record;
  Job& job = record.job;
  job.id = "01890a5d-ac96-774b-bcce-b302099a8057";
  job.status = status;
  job.attempt = 1;
  job.worker_id = "w-1";
  job.queued_at = absl::FromUnixMillis(1'800'000'000'000);
  job.first_started_at = job.started_at = job.queued_at + absl::Milliseconds(7);
  job.completed_at = job.queued_at + absl::Milliseconds(19);
  return record;
}

TEST(JobJsonTest, RunPodsReceiversGetWhatStatusShows) {
  const auto runpod = [](const JobRecord& record) {
    return JobJson(record, WebhookFormat::kRunPod, false);
  };
  JobRecord completed = Ended(JobStatus::kCompleted);
  completed.job.output = R"({"a":[1]})";
  EXPECT_EQ(runpod(completed),
            R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","status":"COMPLETED","workerId":"w-1",)"
            R"("delayTime":7,"retries":0,"executionTime":12,"output":{"a":[1]}})");
  JobRecord failed = Ended(JobStatus::kFailed);
  failed.job.error = "line 1\n\"quoted\"";
  failed.job.retry_count = 2;
  EXPECT_EQ(runpod(failed),
            R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","status":"FAILED","workerId":"w-1",)"
            R"("delayTime":7,"retries":2,"executionTime":12,"error":"line 1\n\"quoted\""})");
  failed.job.cause = FailureCause::kTimeout;
  EXPECT_EQ(json::At(runpod(failed), "/error").value(), R"("executionTimeout exceeded")");
  JobRecord cancelled;
  cancelled.job.id = "x";
  cancelled.job.status = JobStatus::kCancelled;
  EXPECT_EQ(runpod(cancelled), R"({"id":"x","status":"CANCELLED","error":"the job was cancelled"})");
}

TEST(JobJsonTest, OthersGetTheJobAsRestShowsIt) {
  JobRecord completed = Ended(JobStatus::kCompleted);
  completed.job.output = "[ 1 ]";
  completed.job.batch_id = "b";
  const std::string json = JobJson(completed, WebhookFormat::kFurnace, false);
  ASSERT_TRUE(json::Validate(json).ok()) << json;
  EXPECT_EQ(json::At(json, "/status").value(), R"("COMPLETED")");
  EXPECT_EQ(json::At(json, "/output").value(), "[ 1 ]");
  EXPECT_EQ(json::At(json, "/completed_at").value(), R"("2027-01-15T08:00:00.019Z")");
  EXPECT_EQ(json::At(json, "/execution_ms").value(), "12");
  EXPECT_EQ(json::At(json, "/batch_id").value(), R"("b")");
  EXPECT_TRUE(absl::IsNotFound(json::At(json, "/output_left_out").status()));
}

TEST(JobJsonTest, AnOutputThatIsLeftOutIsNoted) {
  for (const WebhookFormat format : {WebhookFormat::kFurnace, WebhookFormat::kRunPod}) {
    const std::string json = JobJson(Ended(JobStatus::kCompleted), format, true);
    ASSERT_TRUE(json::Validate(json).ok()) << json;
    EXPECT_EQ(json::At(json, "/output_left_out").value(), "true");
  }
}

}  // namespace
}  // namespace furnace::scheduler::rpc
