#include "services/registry/rpc/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::registry::rpc {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr char kId[] = "01890000-0000-7000-8000-000000000001";

TEST(RoleTest, RoundTripsAndTakesUnknownValuesForNone) {
  for (int number = v1::Role_MIN; number <= v1::Role_MAX; ++number) {
    const auto role = static_cast<v1::Role>(number);
    EXPECT_EQ(ToProto(FromProto(role)), role);
  }
  EXPECT_EQ(FromProto(static_cast<v1::Role>(99)), Role::kNone);
}

TEST(CallerOfTest, IsWhoTheGatewaySaysItIs) {
  furnace::rpc::CallContext call;
  call.project_id = kId;
  call.role = v1::ROLE_DEVELOPER;
  const auto caller = CallerOf(call, Role::kDeveloper);
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->project_id, kId);
  EXPECT_EQ(caller->role, Role::kDeveloper);
  EXPECT_TRUE(absl::IsPermissionDenied(CallerOf(call, Role::kAdmin).status()));
}

TEST(CallerOfTest, ACallWithoutProjectIsDenied) {
  furnace::rpc::CallContext call;
  call.role = v1::ROLE_OPERATOR;
  EXPECT_TRUE(absl::IsPermissionDenied(CallerOf(call, Role::kViewer).status()));
}

TEST(EndpointSpecTest, WhatIsLeftOutIsLeftToTheDefaults) {
  const auto draft = FromProto(v1::EndpointSpec());
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->gpu_count, std::nullopt);
  EXPECT_EQ(draft->timeout_seconds, std::nullopt);
  EXPECT_EQ(draft->max_workers, std::nullopt);
  EXPECT_EQ(draft->idle_timeout_seconds, std::nullopt);
  EXPECT_EQ(draft->scaler_value, std::nullopt);
  EXPECT_EQ(draft->scaler_type, ScalerType::kQueueDelay);
}

TEST(EndpointSpecTest, AnExplicitZeroIsNotLeftOutWhereTheWireCanTell) {
  v1::EndpointSpec spec;
  spec.set_max_workers(0);
  spec.set_idle_timeout_seconds(0);
  const auto draft = FromProto(spec);
  EXPECT_EQ(draft->max_workers, 0);
  EXPECT_EQ(draft->idle_timeout_seconds, 0);
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
  const auto draft = FromProto(spec);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_THAT(draft->env, ElementsAre(Pair("A", "1")));
  EXPECT_THAT(draft->gpu_types, ElementsAre("RTX_4090"));

  Endpoint endpoint;
  endpoint.spec = *Normalise(*draft);
  spec.set_gpu_types(0, "rtx4090");
  EXPECT_EQ(ToProto(endpoint).spec().DebugString(), spec.DebugString());
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

TEST(ApiKeyTest, RevokedAtIsUnsetWhileTheKeyWorks) {
  ApiKey key;
  key.role = Role::kAdmin;
  EXPECT_FALSE(ToProto(key).has_revoked_at());
  key.revoked_at = absl::FromUnixSeconds(5);
  EXPECT_EQ(ToProto(key).revoked_at().seconds(), 5);
  EXPECT_EQ(ToProto(key).role(), v1::ROLE_ADMIN);
}

}  // namespace
}  // namespace furnace::registry::rpc
