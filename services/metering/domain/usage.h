#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace furnace::metering {

inline constexpr std::int64_t kHourUs = 3'600'000'000;
inline constexpr std::int64_t kDayUs = 24 * kHourUs;

/// No lease is older: 2020-01-01T00:00:00Z.
inline constexpr std::int64_t kEarliestUs = 1'577'836'800'000'000;
/// An attempt runs for at most 7 days; its lease may outlive it by an outage.
inline constexpr std::int64_t kMaxLeaseUs = 8 * kDayUs;
/// How far the clock that times leases may be ahead of ours.
inline constexpr std::int64_t kMaxClockSkewUs = kDayUs;
inline constexpr std::int64_t kMaxGpus = 16;
inline constexpr std::int64_t kMaxVramMib = 1 << 22;  // 4 TiB.
inline constexpr std::int64_t kMaxStoredBytes = 1'000'000'000'000'000;
inline constexpr std::size_t kMaxTags = 16;
inline constexpr std::int64_t kMaxTokens = 1'000'000'000'000;

/// What was used. Only an attempt is an invocation.
enum class UsageKind {
  kAttempt,   // Of a job, on a worker: its lease, or what of it is in none of its parts.
  kWorker,    // The lifetime of an always-on worker, or a slice of it.
  kInstance,  // The lifetime of a bare instance, or a slice of it.
  kStorage,   // Bytes kept for a time.
  kPart,      // Part of an attempt that is over while the attempt runs on.
  kRefund,    // Takes back what parts of an attempt cost that the platform has lost.
};

/// Whether it is of an attempt of a job.
constexpr bool IsOfAttempt(UsageKind kind) {
  return kind == UsageKind::kAttempt || kind == UsageKind::kPart || kind == UsageKind::kRefund;
}

/// Why an attempt ended; kNone when it ended well.
enum class Cause {
  kNone,
  kHandlerError,
  kHandlerExited,
  kTimeout,
  kWorkerLost,
  kPlatform,
  kBudget
};

/// Whether the customer gets back what such an attempt costs: it was our fault.
constexpr bool IsCredited(Cause cause) {
  return cause == Cause::kWorkerLost || cause == Cause::kPlatform;
}

/// What a usage record is known by: no other one has the same.
struct RecordKey {
  std::string job_id;  // UUID of the job; else of the worker, instance or what is stored.
  int epoch = 0;       // EpochOf an attempt's part; else number of the slice of the lifetime.

  friend auto operator<=>(const RecordKey&, const RecordKey&) = default;
};

/// Attempts of a job are numbered below this, from 1.
inline constexpr int kPartStep = 1'000'000;
/// Most records of an attempt.
inline constexpr int kMaxParts = 2'000;

/// The epoch that a record of an attempt is known by. `part` is 0 of an attempt that is whole;
/// else its parts are numbered from 1 by time, the last one is its end, and what takes them back
/// comes after that.
constexpr int EpochOf(int attempt, int part) { return part * kPartStep + attempt; }
constexpr int AttemptOf(int epoch) { return epoch % kPartStep; }
constexpr int PartOf(int epoch) { return epoch / kPartStep; }

/// A name and a value by which a customer tells usage apart.
using Tag = std::pair<std::string, std::string>;

/// What was used during [start_us, end_us), in microseconds since the Unix epoch: of an ended
/// attempt, GPUs.
struct UsageRecord {
  RecordKey key;
  std::string project_id;   // UUID.
  std::string endpoint_id;  // UUID; of an instance or something stored, its own.
  std::string worker_id;
  std::string gpu_type;         // Empty for what is stored.
  std::int64_t milli_gpus = 0;  // Thousandths of a GPU held.
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
  Cause cause = Cause::kNone;
  std::int64_t cold_start_us = 0;
  UsageKind kind = UsageKind::kAttempt;
  bool warm = false;     // On an always-on worker.
  bool covered = false;  // The GPU time is in the worker's lifetime, and charged there.
  std::int64_t vram_mib = 0;
  std::int64_t bytes = 0;  // Stored.
  std::string region = {};
  std::string tier = {};
  std::vector<Tag> tags = {};   // By rising name.
  std::string api_key_id = {};  // UUID of the key that submitted the job; empty: none.
  std::int64_t tokens = 0;      // That a language model read and wrote; 0: not known.

  friend bool operator==(const UsageRecord&, const UsageRecord&) = default;
};

/// INVALID_ARGUMENT, naming the field, unless every field is in its range and fits the kind.
/// Leases that end where they start are fine; `now_us` is the present.
absl::Status Validate(const UsageRecord& record, std::int64_t now_us);

/// Whether both are of the same lease or lifetime, and bill some time of it twice, or take it back
/// twice.
bool Overlap(const UsageRecord& a, const UsageRecord& b);

/// A span [start_us, end_us) of time.
struct Span {
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;

  friend bool operator==(const Span&, const Span&) = default;
};

/// The UTC hour that `time_us`, not negative, lies in: the hour's first microsecond.
constexpr std::int64_t HourOf(std::int64_t time_us) { return time_us - time_us % kHourUs; }

/// `span` cut at UTC hours: in order, without gap or overlap, each piece inside
/// one hour and not empty. An empty span has no pieces.
std::vector<Span> CutAtHours(Span span);

}  // namespace furnace::metering
