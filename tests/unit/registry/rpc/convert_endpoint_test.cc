#include "services/registry/rpc/convert_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::registry::rpc {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr char kId[] = "01890000-0000-7000-8000-000000000001";

TEST(EndpointSpecTest, WhatIsLeftOutIsLeftToTheDefaults) {
  const auto draft = FromProto(v1::EndpointSpec());
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->gpu_count, std::nullopt);
  EXPECT_EQ(draft->timeout_seconds, std::nullopt);
  EXPECT_EQ(draft->max_workers, std::nullopt);
  EXPECT_EQ(draft->idle_timeout_seconds, std::nullopt);
  EXPECT_EQ(draft->scaler_value, std::nullopt);
  EXPECT_EQ(draft->scaler_type, ScalerType::kQueueDelay);
  EXPECT_EQ(draft->init_timeout_seconds, std::nullopt);
  EXPECT_EQ(draft->retry.backoff_ms, std::nullopt);
  EXPECT_EQ(draft->retry.max_backoff_ms, std::nullopt);
  EXPECT_EQ(draft->queue.head_start_ms, std::nullopt);
  EXPECT_EQ(draft->queue.max_queued, std::nullopt);
  EXPECT_EQ(draft->queue.idempotency_ttl_seconds, std::nullopt);
  EXPECT_EQ(draft->webhook, std::nullopt);
}

TEST(EndpointSpecTest, AWebhooksFormatIsOneThatThereIs) {
  v1::EndpointSpec spec;
  spec.mutable_webhook()->set_url("http://a");
  EXPECT_EQ(FromProto(spec)->webhook->format, WebhookFormat::kFurnace);
  spec.mutable_webhook()->set_format(static_cast<v1::WebhookFormat>(9));
  EXPECT_EQ(FromProto(spec).status(),
            absl::InvalidArgumentError("spec.webhook.format: is neither FURNACE nor RUNPOD"));
}

TEST(EndpointSpecTest, AnExplicitZeroIsNotLeftOutWhereTheWireCanTell) {
  v1::EndpointSpec spec;
  spec.set_max_workers(0);
  spec.set_idle_timeout_seconds(0);
  spec.mutable_retry()->set_backoff_ms(0);
  spec.mutable_retry()->set_max_backoff_ms(0);
  spec.mutable_queue()->set_head_start_ms(0);
  const auto draft = FromProto(spec);
  EXPECT_EQ(draft->max_workers, 0);
  EXPECT_EQ(draft->idle_timeout_seconds, 0);
  EXPECT_EQ(draft->retry.backoff_ms, 0);
  EXPECT_EQ(draft->retry.max_backoff_ms, 0);
  EXPECT_EQ(draft->queue.head_start_ms, 0);
}

TEST(EndpointSpecTest, AnUnknownScalerTypeIsRefused) {
  v1::EndpointSpec spec;
  spec.set_scaler_type(static_cast<v1::ScalerType>(9));
  EXPECT_EQ(
      FromProto(spec).status(),
      absl::InvalidArgumentError("spec.scaler_type: 9 is neither QUEUE_DELAY nor REQUEST_COUNT"));
}

TEST(EndpointSpecTest, EveryFieldComesThrough) {
  v1::EndpointSpec spec;
  spec.set_name("echo");
  spec.set_image_uri("ghcr.io/a/b:1");
  spec.set_handler_path("main.py");
  (*spec.mutable_env())["A"] = "1";
  spec.add_gpu_types("RTX_4090");
  spec.set_gpu_count(2);
  spec.set_vram_min_mib(3);
  spec.set_timeout_seconds(4);
  spec.set_min_workers(5);
  spec.set_max_workers(6);
  spec.set_idle_timeout_seconds(7);
  spec.set_scaler_type(v1::SCALER_TYPE_REQUEST_COUNT);
  spec.set_scaler_value(8);
  spec.set_max_retries(9);
  spec.mutable_retry()->set_backoff_ms(10);
  spec.mutable_retry()->set_max_backoff_ms(11);
  for (const v1::FailureCause cause :
       {v1::FAILURE_CAUSE_HANDLER_ERROR, v1::FAILURE_CAUSE_HANDLER_EXITED,
        v1::FAILURE_CAUSE_TIMEOUT}) {
    spec.mutable_retry()->add_no_retry_on(cause);
  }
  spec.mutable_queue()->set_head_start_ms(12);
  spec.mutable_queue()->set_strict_priority(true);
  spec.mutable_queue()->set_ttl_seconds(13);
  spec.mutable_queue()->set_max_concurrency(14);
  spec.mutable_queue()->set_max_queued(15);
  spec.mutable_queue()->set_idempotency_ttl_seconds(16);
  spec.set_init_timeout_seconds(17);
  spec.mutable_webhook()->set_url("https://a/b");
  spec.mutable_webhook()->set_format(v1::WEBHOOK_FORMAT_RUNPOD);
  spec.set_result_retention_seconds(60);
  const auto draft = FromProto(spec);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_THAT(draft->env, ElementsAre(Pair("A", "1")));
  EXPECT_THAT(draft->gpu_types, ElementsAre("RTX_4090"));

  Endpoint endpoint;
  endpoint.spec = *Normalise(*draft);
  spec.set_gpu_types(0, "rtx4090");
  EXPECT_EQ(ToProto(endpoint).spec().DebugString(), spec.DebugString());
}

TEST(EndpointSpecTest, CausesAreKeptOnceAndInOneOrder) {
  v1::EndpointSpec spec;
  spec.mutable_retry()->add_no_retry_on(v1::FAILURE_CAUSE_TIMEOUT);
  spec.mutable_retry()->add_no_retry_on(v1::FAILURE_CAUSE_HANDLER_ERROR);
  spec.mutable_retry()->add_no_retry_on(v1::FAILURE_CAUSE_TIMEOUT);
  EXPECT_THAT(FromProto(spec)->retry.no_retry_on,
              ElementsAre(FailureCause::kHandlerError, FailureCause::kTimeout));
}

TEST(EndpointSpecTest, ACauseThatNoRetryCouldFollowIsRefused) {
  v1::EndpointSpec spec;
  spec.mutable_retry()->add_no_retry_on(v1::FAILURE_CAUSE_TIMEOUT);
  spec.mutable_retry()->add_no_retry_on(v1::FAILURE_CAUSE_WORKER_LOST);
  EXPECT_EQ(FromProto(spec).status(),
            absl::InvalidArgumentError("spec.retry.no_retry_on[1]: FAILURE_CAUSE_WORKER_LOST is "
                                       "none of HANDLER_ERROR, HANDLER_EXITED, TIMEOUT"));
  spec.mutable_retry()->set_no_retry_on(0, static_cast<v1::FailureCause>(99));
  EXPECT_EQ(FromProto(spec).status(),
            absl::InvalidArgumentError("spec.retry.no_retry_on[0]: 99 is none of HANDLER_ERROR, "
                                       "HANDLER_EXITED, TIMEOUT"));
}

TEST(EndpointTest, EveryStatusHasItsNumberOnTheWire) {
  Endpoint endpoint;
  EXPECT_EQ(ToProto(endpoint).status(), v1::ENDPOINT_STATUS_ACTIVE);
  endpoint.status = EndpointStatus::kPaused;
  EXPECT_EQ(ToProto(endpoint).status(), v1::ENDPOINT_STATUS_PAUSED);
  endpoint.status = EndpointStatus::kDeleted;
  EXPECT_EQ(ToProto(endpoint).status(), v1::ENDPOINT_STATUS_DELETED);
}

TEST(EndpointTest, TimesKeepTheirMicroseconds) {
  Endpoint endpoint;
  endpoint.id = kId;
  endpoint.revision = 7;
  endpoint.status = EndpointStatus::kDeleted;
  endpoint.created_at = absl::FromUnixMicros(1'700'000'000'123'456);
  const v1::Endpoint proto = ToProto(endpoint);
  EXPECT_EQ(proto.id(), kId);
  EXPECT_EQ(proto.revision(), 7);
  EXPECT_EQ(proto.status(), v1::ENDPOINT_STATUS_DELETED);
  EXPECT_EQ(proto.created_at().seconds(), 1'700'000'000);
  EXPECT_EQ(proto.created_at().nanos(), 123'456'000);
}

}  // namespace
}  // namespace furnace::registry::rpc
