// What the agent says to the scheduler, in our own words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "services/worker/domain/gpu.h"
#include "services/worker/domain/lease.h"
#include "services/worker/domain/outcome.h"

namespace furnace::worker {

/// Who this worker is; the same in every session.
struct Identity {
  std::string worker_id;
  std::string endpoint_id;
  std::int64_t endpoint_revision = 0;
  std::string gpu_type;
  int gpu_count = 0;
  int vram_mib = 0;
  std::string region;
  bool federated = false;
  std::string version;
};

struct Hello {
  Identity identity;
  absl::Duration cold_start;  // Zero after a reconnect.
  std::vector<LeaseId> leases;
  int credits = 0;
  std::vector<GpuInfo> gpus;
};

struct Credit {
  int count = 0;  // Below 0: takes back what no job has used.
};

struct Heartbeat {
  std::vector<LeaseId> leases;
  std::vector<GpuReading> gpus = {};
  std::vector<absl::Duration> waits = {};  // See Attempts::Waits.
};

struct Result {
  LeaseId lease;
  Outcome outcome;
  int credits = 0;
};

struct Progress {
  LeaseId lease;
  std::optional<std::string> progress;  // JSON.
  std::vector<std::string> chunks;      // JSON each.
  std::int64_t sequence = 0;            // From 1 within the attempt.
  std::int64_t stored = 0;              // The highest sequence known to be stored.
};

struct Draining {};

struct Release {
  std::vector<LeaseId> leases;
  bool unbegun = false;  // No handler could begin any of them.
};

/// What people should know of this worker.
struct Event {
  std::string check;   // What it is about, in a word; at most kCheckBytesMax.
  std::string reason;  // At most kReasonBytesMax.
};
inline constexpr std::size_t kCheckBytesMax = 64;
inline constexpr std::size_t kReasonBytesMax = 512;

using Message = std::variant<Credit, Heartbeat, Result, Progress, Draining, Release, Event>;

}  // namespace furnace::worker
