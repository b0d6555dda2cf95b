// What other systems are told of usage: the events that follow from a record, in a form that
// each sink writes in its own words.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/metering/domain/billing.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

/// A record, and its place in the order of recording.
struct OutboxRecord {
  std::int64_t seq = 0;  // From 1, without gaps.
  UsageRecord record;
  std::vector<Segment> segments = {};
  /// Price of the invocation charged; nullopt when none is, or it has no price.
  std::optional<std::int64_t> invocation_nanos = {};
};

/// What an event says. The first and last two record transitions; what can be summed is
/// in exactly one kind of event: GPU time and its cost in kGpuUsage, the cold start in
/// kServerlessStart, the invocation and its cost in kServerlessEnd.
enum class SinkEventKind {
  kServerlessStart,
  kGpuAllocated,
  kGpuUsage,
  kGpuReleased,
  kServerlessEnd
};

/// "gpu.usage" and its like.
std::string_view NameOf(SinkEventKind kind);

/// Names with their values, in the order they are written.
using SinkFields = std::vector<std::pair<std::string, std::string>>;

struct SinkEvent {
  std::int64_t seq = 0;  // Of the record.
  int ordinal = 0;       // Place among the record's events, from 0.
  SinkEventKind kind = SinkEventKind::kGpuUsage;
  /// "furnace:<lease>:<part>": the same whenever the event is made again. Part is the
  /// number of the segment, from 0, or "start", "allocated", "released", "end", or "refund" and a
  /// number from 0.
  std::string key;
  std::string project_id;  // Furnace's.
  std::string account_id;  // What the sink calls the project.
  std::string lease_id;    // LeaseId of the record.
  std::string endpoint_id;
  /// When it happened, microseconds since the Unix epoch; for usage the last microsecond
  /// of the segment, and so inside its hour.
  std::int64_t time_us = 0;
  /// Decimal numbers. Only what was measured: nothing is 0 for want of a value.
  SinkFields metrics = {};
  /// Text. Holds what the metrics were calculated from, in integers.
  SinkFields metadata = {};

  friend bool operator==(const SinkEvent&, const SinkEvent&) = default;
};

/// What an installation adds to its events.
struct SinkFacts {
  /// Memory of a whole GPU in GB, by GPU type; what is missing has no gpu_vram_gb_hours.
  std::map<std::string, int> gpu_memory_gb = {};
  /// "production" or the like; empty: not said.
  std::string environment = {};
};

/// The id of the lease of an attempt: a UUIDv5 of "<job id>:<epoch>" in the name space
/// 5f0c3c0e-6f0b-5c55-9a0e-6b6f2f1d9a41.
std::string LeaseId(const RecordKey& key);

/// All events of `record`, whose project the sink calls `account_id`: start, allocated,
/// usage by rising time, released, end. Only attempts have a start and an end, and no usage when a
/// worker's lifetime covers them; of what is stored there is usage only, `model_storage_gb`.
///
/// GPU time of an attempt that the platform lost is in `credited_gpu_seconds` instead of
/// `gpu_seconds`, and costs nothing. What has no price has no cost. Of an attempt that is in
/// several parts each gives its own usage: the first one also the start, the last one the end.
std::vector<SinkEvent> EventsOf(const OutboxRecord& record, std::string_view account_id,
                                const SinkFacts& facts);

/// How strict Validate is.
enum class SinkCheck {
  kNone,          // Everything goes: an archive keeps what there is.
  kText,          // Every field is sound.
  kUuidAccounts,  // Also, account_id is a UUID and not zero.
};

/// INVALID_ARGUMENT, naming the field, unless `event` is as `check` asks. Sinks that take a
/// bad event without a word are not trusted to find it.
absl::Status Validate(const SinkEvent& event, SinkCheck check);

/// The time in RFC 3339, UTC, with microseconds: "2026-03-01T10:00:00.000000Z".
std::string Rfc3339(std::int64_t time_us);

}  // namespace furnace::metering
