#include "services/scheduler/app/job_reader.h"

#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class JobReaderTest : public QueueFixture {
 protected:
  absl::StatusOr<JobRecord> Get(const std::string& id, bool with_input = false) {
    return reader_.Get(id, endpoint_.project_id, with_input);
  }

  JobReader reader_{queue_, history_, payloads_};
};

TEST_F(JobReaderTest, ALiveJobComesFromTheQueue) {
  const std::string id = Submit("[1]");
  EXPECT_EQ(Get(id)->job.status, JobStatus::kInQueue);
  EXPECT_EQ(Get(id)->job.input, std::nullopt);
  EXPECT_EQ(Get(id, /*with_input=*/true)->job.input, "[1]");
}

TEST_F(JobReaderTest, AJobThatLeftTheQueueComesFromHistory) {
  JobRecord past;
  past.job = {.id = NewJobId(endpoint_.id),
              .endpoint_id = endpoint_.id,
              .project_id = endpoint_.project_id,
              .status = JobStatus::kCompleted};
  past.job.output = "42";
  past.job.version = 3;
  ASSERT_TRUE(history_.Save({past}).ok());
  EXPECT_EQ(Get(past.job.id)->job.output, "42");
}

TEST_F(JobReaderTest, AJobPastItsTimeIsThereOnlyForThoseThatDependOnIt) {
  JobRecord past;
  past.job = {.id = NewJobId(endpoint_.id),
              .endpoint_id = endpoint_.id,
              .project_id = endpoint_.project_id,
              .status = JobStatus::kCompleted};
  past.job.output = "42";
  past.job.version = 3;
  past.kept_until = clock_.Now();
  ASSERT_TRUE(history_.Save({past}).ok());
  EXPECT_TRUE(Get(past.job.id).ok());
  history_.set_now(clock_.Now());
  EXPECT_EQ(Get(past.job.id).status(), absl::NotFoundError("no job " + past.job.id));
  EXPECT_EQ(reader_.GetParent(past.job.id, endpoint_.project_id)->job.output, "42");
  EXPECT_TRUE(absl::IsNotFound(reader_.GetParent(past.job.id, NewId()).status()));
}

TEST_F(JobReaderTest, AnOutputThatIsNotWantedIsNotLoaded) {
  const std::string id = Submit();
  const LeaseId lease = Claim()[0].lease;
  Settle(lease, {.output = {}, .output_stored = true, .error = ""});
  EXPECT_FALSE(Get(id).ok());
  EXPECT_EQ(reader_.Get(id, endpoint_.project_id, false, /*with_output=*/false)->job.output,
            std::nullopt);
}

TEST_F(JobReaderTest, UnknownAndForeignJobsLookAlike) {
  const std::string id = Submit();
  const std::string unknown = NewJobId(endpoint_.id);
  EXPECT_EQ(Get(unknown).status(), absl::NotFoundError("no job " + unknown));
  EXPECT_EQ(reader_.Get(id, NewId(), false).status(), absl::NotFoundError("no job " + id));
}

TEST_F(JobReaderTest, StoredPayloadsAreFetched) {
  const std::string id = SubmitStored("[2]");
  const LeaseId lease = Claim()[0].lease;
  ASSERT_TRUE(payloads_.SaveOutput(lease, "[3]").ok());
  Settle(lease, {.output = {}, .output_stored = true, .error = ""});
  const JobRecord record = Get(id, /*with_input=*/true).value();
  EXPECT_EQ(record.job.input, "[2]");
  EXPECT_EQ(record.job.output, "[3]");
  EXPECT_EQ(Get(id)->job.input, std::nullopt);
}

TEST_F(JobReaderTest, ErrorsOfTheQueueAndTheStoresAreTheCallers) {
  const std::string id = SubmitStored("[2]");
  queue_.FailNext(QueueCall::kFind, absl::UnavailableError("queue"));
  EXPECT_EQ(Get(id).status(), absl::UnavailableError("queue"));
  history_.set_status(absl::UnavailableError("history"));
  EXPECT_EQ(Get(NewJobId(endpoint_.id)).status(), absl::UnavailableError("history"));
  payloads_.set_status(absl::UnavailableError("payloads"));
  EXPECT_EQ(Get(id, /*with_input=*/true).status(), absl::UnavailableError("payloads"));
  EXPECT_TRUE(Get(id).ok());
}

}  // namespace
}  // namespace furnace::scheduler
