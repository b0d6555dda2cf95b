#pragma once

#include "furnace/internal/v1/usage_service.pb.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

/// The record on the wire.
inline internal::v1::UsageRecord ProtoOf(const UsageRecord& record) {
  internal::v1::UsageRecord proto;
  proto.set_job_id(record.key.job_id);
  const bool of_attempt = IsOfAttempt(record.kind);
  proto.set_epoch(of_attempt ? AttemptOf(record.key.epoch) : record.key.epoch);
  if (of_attempt) proto.set_part(PartOf(record.key.epoch));
  proto.set_project_id(record.project_id);
  proto.set_endpoint_id(record.endpoint_id);
  proto.set_worker_id(record.worker_id);
  proto.set_gpu_type(record.gpu_type);
  if (record.milli_gpus % 1'000 == 0) {
    proto.set_gpu_count(static_cast<int>(record.milli_gpus / 1'000));
  } else {
    proto.set_gpu_milli(static_cast<int>(record.milli_gpus));
  }
  proto.set_start_us(record.start_us);
  proto.set_end_us(record.end_us);
  // The enumerations list the same causes in the same order.
  proto.set_cause(static_cast<v1::FailureCause>(record.cause));
  proto.set_cold_start_us(record.cold_start_us);
  // The wire has one more at the front.
  proto.set_kind(static_cast<internal::v1::UsageKind>(static_cast<int>(record.kind) + 1));
  proto.set_vram_mib(record.vram_mib);
  proto.set_warm(record.warm);
  proto.set_covered(record.covered);
  proto.set_region(record.region);
  proto.set_tier(record.tier);
  proto.set_bytes(record.bytes);
  proto.set_api_key_id(record.api_key_id);
  proto.set_tokens(record.tokens);
  for (const auto& [name, value] : record.tags) (*proto.mutable_tags())[name] = value;
  return proto;
}

}  // namespace furnace::metering
