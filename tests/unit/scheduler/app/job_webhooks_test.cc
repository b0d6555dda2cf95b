#include "services/scheduler/app/job_webhooks.h"

#include <fmt/format.h>

#include "tests/support/scheduler/memory_webhook_outbox.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class JobWebhooksTest : public QueueFixture {
 protected:
  JobRecord Ended(const std::string& webhook) {
    JobRecord record;
    record.job.id = NewJobId(endpoint_.id);
    record.job.project_id = endpoint_.project_id;
    record.job.status = JobStatus::kCompleted;
    record.job.webhook = webhook;
    record.job.input = "[1]";
    record.job.output = "42";
    record.job.attempt = 1;
    record.job.version = 3;
    return record;
  }

  Webhook Get(const JobRecord& record) {
    return outbox_.Get(EndId(record.job), endpoint_.project_id).value();
  }

  JobReader reader_{queue_, history_, payloads_};
  MemoryWebhookOutbox outbox_{clock_};
  JobWebhooks webhooks_{
      outbox_, reader_, [](const JobRecord& record, WebhookFormat format, bool left_out) {
        return fmt::format("{} {} {} {}", static_cast<int>(format), record.job.input.value_or("-"),
                           record.job.output.value_or("-").size(), left_out);
      }};
};

TEST_F(JobWebhooksTest, AnEndIsPostedOnceHoweverOftenItIsTold) {
  JobRecord record = Ended("2 http://a/b");
  ASSERT_TRUE(webhooks_.OnJobsEnded({&record}).ok());
  ASSERT_TRUE(webhooks_.OnJobsEnded({&record}).ok());
  EXPECT_EQ(outbox_.size(), 1U);
  const Webhook webhook = Get(record);
  EXPECT_EQ(webhook.kind, "job.done");
  EXPECT_EQ(webhook.subject, record.job.id);
  EXPECT_EQ(webhook.project_id, endpoint_.project_id);
  EXPECT_EQ(webhook.url, "http://a/b");
  EXPECT_EQ(webhook.body, "2 - 2 false");
  record.job.version = 9;  // It has ended again after a redrive.
  ASSERT_TRUE(webhooks_.OnJobsEnded({&record}).ok());
  EXPECT_EQ(outbox_.size(), 2U);
}

TEST_F(JobWebhooksTest, OutputsAreFetchedAndLeftOutWhereTheyAreTooLarge) {
  struct Case {
    std::size_t bytes;
    const char* body;
  };
  for (const Case& c : {Case{JobWebhooks::kMaxOutputBytes, "1 - 1048576 false"},
                        Case{JobWebhooks::kMaxOutputBytes + 1, "1 - 1 true"}}) {
    JobRecord record = Ended("1 http://a");
    record.job.output.reset();
    record.job.output_stored = true;
    ASSERT_TRUE(payloads_
                    .SaveOutput({.job_id = record.job.id, .epoch = 1},
                                "\"" + std::string(c.bytes - 2, 'x') + "\"")
                    .ok());
    ASSERT_TRUE(webhooks_.OnJobsEnded({&record}).ok());
    EXPECT_EQ(Get(record).body, c.body);
  }
  JobRecord lost = Ended("1 http://a");
  lost.job.output.reset();
  lost.job.output_stored = true;
  ASSERT_TRUE(webhooks_.OnJobsEnded({&lost}).ok());
  EXPECT_EQ(Get(lost).body, "1 - 1 true") << "what is lost must not hold up the rest";
}

TEST_F(JobWebhooksTest, ManyLargeBodiesAreAllStored) {
  std::vector<JobRecord> records;
  std::vector<const JobRecord*> ended;
  for (int i = 0; i < 3; ++i) records.push_back(Ended("1 http://a"));
  records.push_back(Ended("no webhook"));
  for (const JobRecord& record : records) ended.push_back(&record);
  JobWebhooks webhooks(outbox_, reader_, [](const JobRecord&, WebhookFormat, bool) {
    return std::string(JobWebhooks::kEnoughBytes / 2, 'x');
  });
  ASSERT_TRUE(webhooks.OnJobsEnded(ended).ok());
  EXPECT_EQ(outbox_.size(), 3U);
}

TEST_F(JobWebhooksTest, WithoutTheOutboxItSaysSo) {
  const JobRecord record = Ended("1 http://a");
  outbox_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(webhooks_.OnJobsEnded({&record})));
}

}  // namespace
}  // namespace furnace::scheduler
