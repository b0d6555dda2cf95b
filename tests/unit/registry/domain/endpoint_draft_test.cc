#include "services/registry/domain/endpoint_draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace furnace::registry {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

EndpointDraft Minimal() {
  EndpointDraft draft;
  draft.name = "echo";
  draft.image_uri = "ghcr.io/madfam-org/echo:1";
  return draft;
}

TEST(NormaliseTest, FillsInTheDefaults) {
  const auto spec = Normalise(Minimal());
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->handler_path, "handler.py");
  EXPECT_TRUE(spec->env.empty());
  EXPECT_THAT(spec->gpu_types, ElementsAre("rtx4000"));
  EXPECT_EQ(spec->gpu_count, 1);
  EXPECT_EQ(spec->vram_min_mib, 0);
  EXPECT_EQ(spec->timeout_seconds, 300);
  EXPECT_EQ(spec->min_workers, 0);
  EXPECT_EQ(spec->max_workers, 10);
  EXPECT_EQ(spec->idle_timeout_seconds, 5);
  EXPECT_EQ(spec->scaler_type, ScalerType::kQueueDelay);
  EXPECT_EQ(spec->scaler_value, 4);
  EXPECT_EQ(spec->max_retries, 0);
  EXPECT_EQ(spec->retry, *Normalise(RetryDraft()));
  EXPECT_EQ(spec->queue, *Normalise(QueueDraft()));
  EXPECT_EQ(spec->init_timeout_seconds, 420);
}

TEST(NormaliseTest, TheScalersDefaultDependsOnItsType) {
  EndpointDraft draft = Minimal();
  draft.scaler_type = ScalerType::kRequestCount;
  EXPECT_EQ(Normalise(draft)->scaler_value, 1);
}

TEST(NormaliseTest, IsIdempotent) {
  EndpointDraft draft = Minimal();
  draft.gpu_types = {"RTX_4090", "a100"};
  draft.env = {{"A", "1"}};
  const EndpointSpec spec = *Normalise(draft);
  EndpointDraft again = draft;
  again.handler_path = spec.handler_path;
  again.gpu_types = spec.gpu_types;
  again.gpu_count = spec.gpu_count;
  again.timeout_seconds = spec.timeout_seconds;
  again.max_workers = spec.max_workers;
  again.idle_timeout_seconds = spec.idle_timeout_seconds;
  again.scaler_value = spec.scaler_value;
  again.retry = {.backoff_ms = spec.retry.backoff_ms,
                 .max_backoff_ms = spec.retry.max_backoff_ms,
                 .no_retry_on = spec.retry.no_retry_on};
  again.queue = {.head_start_ms = spec.queue.head_start_ms,
                 .strict_priority = spec.queue.strict_priority,
                 .ttl_seconds = spec.queue.ttl_seconds,
                 .max_concurrency = spec.queue.max_concurrency,
                 .max_queued = spec.queue.max_queued,
                 .idempotency_ttl_seconds = spec.queue.idempotency_ttl_seconds};
  again.init_timeout_seconds = spec.init_timeout_seconds;
  again.result_retention_seconds = spec.result_retention_seconds;
  EXPECT_EQ(*Normalise(again), spec);
}

struct DraftCase {
  const char* name;
  std::function<void(EndpointDraft&)> edit;
  std::string error;  // How the message starts; empty: accepted.
};

class NormaliseCaseTest : public testing::TestWithParam<DraftCase> {};

TEST_P(NormaliseCaseTest, AcceptsOrNamesTheFieldAndItsRule) {
  EndpointDraft draft = Minimal();
  GetParam().edit(draft);
  const absl::Status status = Normalise(draft).status();
  if (GetParam().error.empty()) {
    EXPECT_TRUE(status.ok()) << status;
  } else {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()), StartsWith(GetParam().error));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, NormaliseCaseTest,
    testing::ValuesIn<DraftCase>({
        {"GpuCount1", [](auto& d) { d.gpu_count = 1; }, ""},
        {"GpuCount16", [](auto& d) { d.gpu_count = 16; }, ""},
        {"GpuCountNegative", [](auto& d) { d.gpu_count = -1; },
         "spec.gpu_count: -1 is not from 1 to 16"},
        {"GpuCount17", [](auto& d) { d.gpu_count = 17; }, "spec.gpu_count: 17 is not from 1 to 16"},
        {"VramMost", [](auto& d) { d.vram_min_mib = 1'048'576; }, ""},
        {"VramMore", [](auto& d) { d.vram_min_mib = 1'048'577; },
         "spec.vram_min_mib: 1048577 is not from 0 to 1048576"},
        {"VramNegative", [](auto& d) { d.vram_min_mib = -1; }, "spec.vram_min_mib: -1 is not"},
        {"TimeoutWeek", [](auto& d) { d.timeout_seconds = 604'800; }, ""},
        {"TimeoutZero", [](auto& d) { d.timeout_seconds = 0; },
         "spec.timeout_seconds: 0 is not from 1 to 604800"},
        {"TimeoutLonger", [](auto& d) { d.timeout_seconds = 604'801; },
         "spec.timeout_seconds: 604801 is not from 1 to 604800"},
        {"MinWorkers100", [](auto& d) { d.min_workers = 100, d.max_workers = 100; }, ""},
        {"MinWorkers101", [](auto& d) { d.min_workers = 101, d.max_workers = 1000; },
         "spec.min_workers: 101 is not from 0 to 100"},
        {"MinWorkersNegative", [](auto& d) { d.min_workers = -1; },
         "spec.min_workers: -1 is not from 0 to 100"},
        {"MinAboveMax", [](auto& d) { d.min_workers = 3, d.max_workers = 2; },
         "spec.min_workers: 3 is more than max_workers, 2"},
        {"MinAboveDefaultMax", [](auto& d) { d.min_workers = 11; },
         "spec.min_workers: 11 is more than max_workers, 10"},
        {"MaxWorkers1000", [](auto& d) { d.max_workers = 1000; }, ""},
        {"MaxWorkersZero", [](auto& d) { d.max_workers = 0; },
         "spec.max_workers: 0 is not from 1 to 1000"},
        {"MaxWorkers1001", [](auto& d) { d.max_workers = 1001; },
         "spec.max_workers: 1001 is not from 1 to 1000"},
        {"IdleHour", [](auto& d) { d.idle_timeout_seconds = 3600; }, ""},
        {"IdleZero", [](auto& d) { d.idle_timeout_seconds = 0; },
         "spec.idle_timeout_seconds: 0 is not from 1 to 3600"},
        {"IdleLonger", [](auto& d) { d.idle_timeout_seconds = 3601; },
         "spec.idle_timeout_seconds: 3601 is not from 1 to 3600"},
        {"ScalerValue3600", [](auto& d) { d.scaler_value = 3600; }, ""},
        {"ScalerValue3601", [](auto& d) { d.scaler_value = 3601; },
         "spec.scaler_value: 3601 is not from 1 to 3600"},
        {"ScalerValueNegative", [](auto& d) { d.scaler_value = -5; },
         "spec.scaler_value: -5 is not from 1 to 3600"},
        {"Retries10", [](auto& d) { d.max_retries = 10; }, ""},
        {"Retries11", [](auto& d) { d.max_retries = 11; },
         "spec.max_retries: 11 is not from 0 to 10"},
        {"RetriesNegative", [](auto& d) { d.max_retries = -1; }, "spec.max_retries: -1 is not"},
        {"InitTimeoutHour", [](auto& d) { d.init_timeout_seconds = 3600; }, ""},
        {"InitTimeoutZero", [](auto& d) { d.init_timeout_seconds = 0; },
         "spec.init_timeout_seconds: 0 is not from 1 to 3600"},
        {"RetentionShortest", [](auto& d) { d.result_retention_seconds = 60; }, ""},
        {"RetentionLongest", [](auto& d) { d.result_retention_seconds = 2'678'400; }, ""},
        {"RetentionShorter", [](auto& d) { d.result_retention_seconds = 59; },
         "spec.result_retention_seconds"},
        {"RetentionLonger", [](auto& d) { d.result_retention_seconds = 2'678'401; },
         "spec.result_retention_seconds"},
        {"InitTimeoutLonger", [](auto& d) { d.init_timeout_seconds = 3601; },
         "spec.init_timeout_seconds: 3601 is not from 1 to 3600"},
        {"Webhook", [](auto& d) { d.webhook = {.url = "https://a.b/c?d=e"}; }, ""},
        {"WebhookWithoutUrl", [](auto& d) { d.webhook = EndpointWebhook(); },
         "spec.webhook.url: required"},
        {"WebhookElsewhere", [](auto& d) { d.webhook = {.url = "ftp://a"}; },
         "spec.webhook.url: not http"},
        {"WebhookPort", [](auto& d) { d.webhook = {.url = "http://a:25"}; },
         "spec.webhook.url: its port is not"},
        {"Backoff", [](auto& d) { d.retry.backoff_ms = -1; }, "spec.retry.backoff_ms: -1 is not"},
        {"HeadStart", [](auto& d) { d.queue.head_start_ms = -1; },
         "spec.queue.head_start_ms: -1 is not"},
    }),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Texts, NormaliseCaseTest,
    testing::ValuesIn<DraftCase>({
        {"NoName", [](auto& d) { d.name = ""; }, "spec.name: required"},
        {"BadName", [](auto& d) { d.name = "Echo"; }, "spec.name: 'Echo' is not"},
        {"NoImage", [](auto& d) { d.image_uri = ""; }, "spec.image_uri: required"},
        {"FolderImage", [](auto& d) { d.image_uri = "file:///srv/echo"; }, ""},
        {"BadImage", [](auto& d) { d.image_uri = "file://srv"; }, "spec.image_uri: 'file://srv'"},
        {"BadGpu", [](auto& d) { d.gpu_types = {"a!"}; }, "spec.gpu_types[0]: 'a!'"},
        {"HandlerInAFolder", [](auto& d) { d.handler_path = "src/v1..2/main.py"; }, ""},
        {"HandlerOf255", [](auto& d) { d.handler_path = std::string(255, 'a'); }, ""},
        {"HandlerOf256", [](auto& d) { d.handler_path = std::string(256, 'a'); },
         "spec.handler_path: "},
        {"HandlerAbsolute", [](auto& d) { d.handler_path = "/etc/passwd"; }, "spec.handler_path: "},
        {"HandlerClimbs", [](auto& d) { d.handler_path = "a/../../b"; }, "spec.handler_path: "},
        {"HandlerIsAFolder", [](auto& d) { d.handler_path = "src/"; }, "spec.handler_path: "},
        {"HandlerWithNul", [](auto& d) { d.handler_path = std::string("a\0b", 3); },
         "spec.handler_path: "},
    }),
    [](const auto& test) { return test.param.name; });

void AddEntries(EndpointDraft& draft, int count) {
  for (int i = 0; i < count; ++i) draft.env["N" + std::to_string(i)] = "x";
}

INSTANTIATE_TEST_SUITE_P(
    Env, NormaliseCaseTest,
    testing::ValuesIn<DraftCase>({
        {"AnyValueButNul", [](auto& d) { d.env["_a1"] = "line\nquote\"\\\xc3\xa4{},"; }, ""},
        {"EmptyValue", [](auto& d) { d.env["A"] = ""; }, ""},
        {"OneHundred", [](auto& d) { AddEntries(d, 100); }, ""},
        {"OneHundredAndOne", [](auto& d) { AddEntries(d, 101); },
         "spec.env: 101 entries are more than 100"},
        {"ExactlyFull", [](auto& d) { d.env["A"] = std::string(32 * 1024 - 1, 'x'); }, ""},
        {"OneByteMore", [](auto& d) { d.env["A"] = std::string(32 * 1024, 'x'); },
         "spec.env: 32769 bytes are more than 32768"},
        {"NameMissing", [](auto& d) { d.env[""] = "x"; }, "spec.env: '' is not a name"},
        {"NameWithDigitFirst", [](auto& d) { d.env["1A"] = "x"; }, "spec.env: '1A' is not a name"},
        {"NameWithDash", [](auto& d) { d.env["A-B"] = "x"; }, "spec.env: 'A-B' is not a name"},
        {"NameWithEquals", [](auto& d) { d.env["A=B"] = "x"; }, "spec.env: 'A=B' is not a name"},
        {"SettingOfAnImage", [](auto& d) { d.env["RUNPOD_INIT_TIMEOUT"] = "900"; }, ""},
        {"WorkerUrl", [](auto& d) { d.env["RUNPOD_WEBHOOK_GET_JOB"] = "x"; },
         "spec.env: 'RUNPOD_WEBHOOK_GET_JOB' is kept for the worker"},
        {"WorkerSecret", [](auto& d) { d.env["RUNPOD_AI_API_KEY"] = "x"; },
         "spec.env: 'RUNPOD_AI_API_KEY' is kept for the worker"},
        {"RealtimePort", [](auto& d) { d.env["RUNPOD_REALTIME_PORT"] = "80"; },
         "spec.env: 'RUNPOD_REALTIME_PORT' is kept for the worker"},
        {"FurnaceName", [](auto& d) { d.env["FURNACE_"] = "x"; },
         "spec.env: 'FURNACE_' is kept for the worker"},
        {"OtherCaseIsAnotherName", [](auto& d) { d.env["furnace_x"] = "x"; }, ""},
        {"ValueWithNul", [](auto& d) { d.env["A"] = std::string("a\0b", 3); },
         "spec.env: the value of 'A' holds a NUL"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(NormaliseTest, NeverQuotesAValueOfTheEnvironment) {
  EndpointDraft draft = Minimal();
  draft.env["1"] = "hunter2";
  EXPECT_EQ(std::string(Normalise(draft).status().message()).find("hunter2"), std::string::npos);
}

TEST(ValidateUpdateTest, TheNameStays) {
  EndpointSpec current = *Normalise(Minimal());
  EndpointSpec next = current;
  next.timeout_seconds = 9;
  EXPECT_TRUE(ValidateUpdate(current, next).ok());
  next.name = "other";
  EXPECT_EQ(ValidateUpdate(current, next),
            absl::InvalidArgumentError("spec.name: cannot change from 'echo' to 'other'"));
}

}  // namespace
}  // namespace furnace::registry
