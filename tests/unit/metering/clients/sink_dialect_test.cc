#include "services/metering/clients/sink_dialect.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "libs/common/json/json.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

// One attempt of ten seconds, whose project is called as below.
std::vector<SinkEvent> Events() {
  UsageRecord record = {.key = {"11111111-2222-4333-8444-555555555555", 1},
                        .project_id = "66666666-7777-4888-8999-aaaaaaaaaaaa",
                        .endpoint_id = "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff",
                        .worker_id = "w",
                        .gpu_type = "rtx4000",
                        .milli_gpus = 1'000,
                        .start_us = kTenUs,
                        .end_us = kTenUs + 10 * kSecondUs};
  const Bill bill = DefaultBill(record);
  return EventsOf({.seq = 7,
                   .record = record,
                   .segments = bill.segments,
                   .invocation_nanos = bill.invocation_nanos},
                  "aaaaaaaa-0000-4000-8000-00000000000a", {});
}

// The attempt's usage: the event that all sinks get.
std::vector<SinkEvent> Usage() { return {Events()[2]}; }

constexpr char kMetadata[] =
    R"("source":"furnace","tenant":"66666666-7777-4888-8999-aaaaaaaaaaaa",)"
    R"("endpoint_id":"bbbbbbbb-cccc-4ddd-8eee-ffffffffffff",)"
    R"("job_id":"11111111-2222-4333-8444-555555555555","epoch":"1","gpu_type":"rtx4000",)"
    R"("gpu_count":"1","start_us":"1772359200000000","end_us":"1772359210000000",)"
    R"("gpu_milli_us":"10000000000","credited":"false","price_nano_usd":"60000",)"
    R"("cost_atto_usd":"600000000000000")";

TEST(WaybillPostTest, ASingleEventGoesWhereEventsAreChecked) {
  const SinkPost post = WaybillPost(Usage());
  EXPECT_EQ(post.path, "/internal/events");
  EXPECT_EQ(post.content_type, "application/json");
  EXPECT_EQ(post.body,
            std::string(R"({"event_type":"gpu.usage",)"
                        R"("project_id":"aaaaaaaa-0000-4000-8000-00000000000a",)"
                        R"("resource_type":"gpu_lease",)"
                        R"("resource_id":"a0f365a2-3854-5a7a-980a-3dab23cc2ef0",)"
                        R"("resource_name":"bbbbbbbb-cccc-4ddd-8eee-ffffffffffff",)"
                        R"("metrics":{"gpu_seconds":10,"cost_usd":0.0006},"metadata":{)") +
                kMetadata +
                R"(},"idempotency_key":"furnace:a0f365a2-3854-5a7a-980a-3dab23cc2ef0:0",)"
                R"("timestamp":"2026-03-01T10:00:09.999999Z"})");
}

TEST(WaybillPostTest, SeveralGoAsABatch) {
  const std::vector<SinkEvent> events = Events();
  const SinkPost post = WaybillPost(events);
  EXPECT_EQ(post.path, "/internal/events/batch");
  ASSERT_TRUE(json::Validate(post.body).ok());
  const auto batch = json::Elements(*json::At(post.body, "/events"));
  ASSERT_EQ(batch->size(), events.size());
  EXPECT_EQ((*batch)[2], WaybillPost(Usage()).body);
}

TEST(LagoPostTest, PropertiesAreMetricsAndMetadata) {
  const SinkPost post = LagoPost(Usage());
  EXPECT_EQ(post.path, "/api/v1/events/batch");
  EXPECT_EQ(post.body,
            std::string(
                R"({"events":[{"transaction_id":"furnace:a0f365a2-3854-5a7a-980a-3dab23cc2ef0:0",)"
                R"("external_subscription_id":"aaaaaaaa-0000-4000-8000-00000000000a",)"
                R"("code":"gpu_usage","timestamp":1772359209.999,"properties":{)"
                R"("gpu_seconds":10,"cost_usd":0.0006,)") +
                kMetadata + "}}]}");
}

TEST(CloudEventsPostTest, IsABatchOfVersionOne) {
  const SinkPost post = CloudEventsPost(Usage(), "/furnace/metering");
  EXPECT_EQ(post.path, "");
  EXPECT_EQ(post.content_type, "application/cloudevents-batch+json");
  EXPECT_EQ(
      post.body,
      std::string(R"([{"specversion":"1.0","id":"furnace:a0f365a2-3854-5a7a-980a-3dab23cc2ef0:0",)"
                  R"("source":"/furnace/metering","type":"furnace.gpu.usage",)"
                  R"("subject":"aaaaaaaa-0000-4000-8000-00000000000a",)"
                  R"("time":"2026-03-01T10:00:09.999999Z",)"
                  R"("datacontenttype":"application/json","data":{)"
                  R"("gpu_seconds":10,"cost_usd":0.0006,)") +
          kMetadata + "}}]");
}

TEST(ReplyOfTest, SaysWhoIsToBlame) {
  EXPECT_EQ(ReplyOf(201, 201).answer, SinkAnswer::kAccepted);
  EXPECT_EQ(ReplyOf(204, 0).answer, SinkAnswer::kAccepted);
  EXPECT_EQ(ReplyOf(200, 201).answer, SinkAnswer::kUnavailable);
  for (const int status : {400, 413, 422}) {
    EXPECT_EQ(ReplyOf(status, 201).answer, SinkAnswer::kRefused) << status;
  }
  EXPECT_EQ(ReplyOf(500, 201).answer, SinkAnswer::kFailed);
  for (const int status : {301, 401, 403, 404, 408, 429, 502, 503, 504}) {
    EXPECT_EQ(ReplyOf(status, 0).answer, SinkAnswer::kUnavailable) << status;
    EXPECT_EQ(ReplyOf(status, 0).error, "answered " + std::to_string(status));
  }
}

TEST(LagoReplyTest, ARepeatIsNoFault) {
  constexpr char kRepeat[] = R"({"transaction_id":["value_already_exist"]})";
  const auto answer = [](const std::string& details, std::size_t count) {
    return LagoReply(422, R"({"status":422,"error_details":)" + details + "}", count).answer;
  };
  EXPECT_EQ(answer(kRepeat, 1), SinkAnswer::kAccepted);
  EXPECT_EQ(answer(kRepeat, 2), SinkAnswer::kRefused);
  EXPECT_EQ(answer(std::string(R"({"0":)") + kRepeat + "}", 1), SinkAnswer::kAccepted);
  EXPECT_EQ(answer(std::string(R"({"0":)") + kRepeat + "}", 2), SinkAnswer::kRefused);
  EXPECT_EQ(answer(std::string(R"({"0":)") + kRepeat + R"(,"1":)" + kRepeat + "}", 2),
            SinkAnswer::kAccepted);
  EXPECT_EQ(answer(R"({"0":{"code":["value_is_mandatory"]}})", 1), SinkAnswer::kRefused);
  EXPECT_EQ(answer("[]", 1), SinkAnswer::kRefused);
  EXPECT_EQ(LagoReply(422, "not json", 1).answer, SinkAnswer::kRefused);
  EXPECT_EQ(LagoReply(200, "", 1).answer, SinkAnswer::kAccepted);
  EXPECT_EQ(LagoReply(401, "", 1).answer, SinkAnswer::kUnavailable);
}

}  // namespace
}  // namespace furnace::metering
