// Things to store, for the contract suites.
#pragma once

#include <string>

#include "libs/common/base/uuid.h"
#include "services/registry/app/ports.h"

namespace furnace::registry {

inline const absl::Time kSampleTime = absl::FromUnixMicros(1'700'000'000'123'456);

inline std::string SampleId() { return NewUuid(kSampleTime); }

inline Project SampleProject(const std::string& name) {
  return {.id = SampleId(), .name = name, .created_at = kSampleTime};
}

/// A stored project of that name.
inline Project StoredProject(ProjectStore& projects, const std::string& name) {
  return *projects.Ensure(SampleProject(name));
}

/// A hash of 32 bytes that depends on `seed`, zeros and high bytes included.
inline std::string SampleHash(int seed) {
  std::string hash(32, '\xff');
  hash[0] = '\0';
  hash[1] = static_cast<char>(seed);
  hash[2] = static_cast<char>(seed >> 8);
  return hash;
}

inline ApiKey SampleKey(const std::string& project_id, int age_us = 0) {
  return {.id = SampleId(),
          .project_id = project_id,
          .name = "what 'it' is \"for\"",
          .prefix = "fk_1234567",
          .role = Role::kRunner,
          .created_at = kSampleTime - absl::Microseconds(age_us),
          .revoked_at = std::nullopt};
}

inline Endpoint SampleEndpoint(const std::string& project_id, const std::string& name) {
  Endpoint endpoint;
  endpoint.id = SampleId();
  endpoint.project_id = project_id;
  endpoint.spec = {.name = name,
                   .image_uri = "ghcr.io/madfam-org/echo:1",
                   .handler_path = "src/handler.py",
                   .env = {{"QUOTES", "\"'\\{},NULL"},
                           {"LINES", "a\nb\tc\x01"},
                           {"UMLAUT", "\xc3\xa4\xf0\x9f\x94\xa5"},
                           {"EMPTY", ""}},
                   .gpu_types = {"rtx4090", "a100"},
                   .gpu_count = 2,
                   .vram_min_mib = 20'000,
                   .timeout_seconds = 60,
                   .min_workers = 1,
                   .max_workers = 3,
                   .idle_timeout_seconds = 7,
                   .scaler_type = ScalerType::kRequestCount,
                   .scaler_value = 5,
                   .max_retries = 2,
                   .retry = {.backoff_ms = 3,
                             .max_backoff_ms = 4,
                             .no_retry_on = {FailureCause::kHandlerExited, FailureCause::kTimeout}},
                   .queue = {.head_start_ms = 5,
                             .strict_priority = true,
                             .ttl_seconds = 6,
                             .max_concurrency = 7,
                             .max_queued = 8,
                             .idempotency_ttl_seconds = 9},
                   .init_timeout_seconds = 10,
                   .webhook = {.url = "https://a/?b='c'", .format = WebhookFormat::kRunPod},
                   .result_retention_seconds = 60};
  endpoint.created_at = kSampleTime;
  endpoint.updated_at = kSampleTime + absl::Microseconds(1);
  return endpoint;
}

}  // namespace furnace::registry
