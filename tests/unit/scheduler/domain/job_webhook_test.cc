#include "services/scheduler/domain/job_webhook.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

TEST(JobWebhookTest, ComesBackAsItWasStored) {
  for (const WebhookFormat format : {WebhookFormat::kFurnace, WebhookFormat::kRunPod}) {
    const JobWebhook webhook{.url = "https://a/b?c=d", .format = format};
    EXPECT_EQ(ParseJobWebhook(EncodeJobWebhook(webhook)), webhook);
  }
  // Stored, and read by other versions.
  EXPECT_EQ(EncodeJobWebhook({.url = "http://a"}), "1 http://a");
}

TEST(JobWebhookTest, WhatIsNoneHasNoUrl) {
  for (const char* text : {"", "1", "3 http://a", "http://a", "11 http://a"}) {
    EXPECT_EQ(ParseJobWebhook(text).url, "") << text;
  }
}

TEST(EndIdTest, DiffersForEachEndOfAJob) {
  Job job;
  job.id = "01890a5d-ac96-774b-bcce-b302099a8057";
  job.version = 3;
  EXPECT_EQ(EndId(job), "01890a5d-ac96-774b-bcce-b302099a8057.3");
}

}  // namespace
}  // namespace furnace::scheduler
