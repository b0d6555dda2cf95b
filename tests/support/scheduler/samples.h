// Values that scheduler tests begin with.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/uuid.h"
#include "services/scheduler/app/ports.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {

inline constexpr int kTestShards = 4;
/// Lifetimes of workers are cut at multiples of this in tests of the queue.
inline constexpr absl::Duration kTestSlice = absl::Milliseconds(20);

inline std::string NewId() { return NewUuid(absl::Now()); }

/// A new id of a job of the endpoint.
inline std::string NewJobId(const std::string& endpoint_id) {
  return NewUuid(absl::Now(), static_cast<std::uint8_t>(ShardOfEndpoint(endpoint_id, kTestShards)));
}

/// An endpoint with a new id, of a new project.
inline Endpoint AnEndpoint() {
  Endpoint endpoint;
  endpoint.id = NewId();
  endpoint.project_id = NewId();
  endpoint.name = "echo";
  endpoint.gpu_types = {"rtx4000"};
  return endpoint;
}

/// `count` jobs for the endpoint, each with input "1".
inline Submission ASubmission(const std::string& endpoint_id, const std::string& project_id,
                              int count = 1) {
  Submission submission{.endpoint_id = endpoint_id,
                        .project_id = project_id,
                        .retry = {},
                        .head_start = absl::Seconds(60),
                        .idempotency_key = {},
                        .idempotency_ttl = absl::Hours(1),
                        .fingerprint = {},
                        .items = {}};
  for (int i = 0; i < count; ++i) {
    submission.items.push_back({.id = NewJobId(endpoint_id),
                                .priority = 0,
                                .affinity = "rtx4000",
                                .input = "1",
                                .timeout = absl::Seconds(300),
                                .ttl = absl::ZeroDuration(),
                                .not_before = std::nullopt,
                                .concurrency_key = {}});
  }
  return submission;
}

inline WorkerOnGpu AWorker(std::string id = "w-1") {
  return {.worker_id = std::move(id),
          .gpu_type = "rtx4000",
          .gpu_count = 1,
          .cold_start = absl::ZeroDuration()};
}

}  // namespace furnace::scheduler
