// What the sinks need of the world. storage/ keeps their state in Postgres, clients/ and
// storage/archive are where events go; tests/support has both in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/metering/domain/delivery.h"
#include "services/metering/domain/sink_event.h"

namespace furnace::metering {

inline constexpr char kWaybillSink[] = "waybill";
inline constexpr char kLagoSink[] = "lago";
inline constexpr char kCloudEventsSink[] = "cloudevents";
inline constexpr char kArchiveSink[] = "archive";
inline constexpr char kS3Sink[] = "s3";

/// Where the records of one step of a sink come from.
enum class SinkSource {
  kOutbox,   // The next after the cursor.
  kHeld,     // Those whose project was not mapped when the cursor passed them, and is now.
  kRedrive,  // Those with poisoned events that an operator wants sent again.
};

/// A sink as it stands.
struct SinkState {
  std::string name;
  std::int64_t cursor = 0;  // Records up to this one are delivered, held or poisoned.
  int failures = 0;         // Deliveries in a row that came to nothing.
  std::optional<absl::Time> retry_at = {};
  std::string last_error = {};
  std::int64_t delivered_events = 0;
  std::optional<absl::Time> delivered_at = {};
};

/// A sink with what waits for it.
struct SinkReport {
  SinkState state;
  std::int64_t pending_records = 0;  // Behind the cursor.
  std::int64_t held_records = 0;
  std::int64_t poisoned_events = 0;
  /// End of the UTC hour of the oldest segment that is held or among the next 1,000
  /// records; nullopt when there is none.
  std::optional<absl::Time> oldest_hour_end = {};
};

/// A record to deliver.
struct SinkWork {
  OutboxRecord record;
  /// What the sink calls the project; nullopt when nobody has said.
  std::optional<std::string> account_id = {};
  /// kRedrive: the keys of the events to send; else empty, all.
  std::vector<std::string> only_keys = {};
};

/// An event that a sink does not take.
struct PoisonedEvent {
  std::string key;
  std::int64_t seq = 0;
  RecordKey record;
  std::string project_id;
  std::string event_type;
  std::string error;
  int attempts = 0;  // Read only: how often it came back.
  absl::Time first_at = absl::UnixEpoch();
  absl::Time last_at = absl::UnixEpoch();
  bool redrive = false;  // To be sent again soon.
};

/// A record that waits until its project is mapped.
struct HeldRecord {
  std::int64_t seq = 0;
  RecordKey record;
  std::string project_id;
};

/// What a step has achieved.
struct SinkProgress {
  std::string sink;
  std::string owner;
  std::int64_t cursor_before = 0;
  std::int64_t cursor = 0;
  std::int64_t delivered_events = 0;
  std::vector<HeldRecord> held = {};
  std::vector<std::int64_t> released = {};  // Held records that are delivered.
  std::vector<PoisonedEvent> poisoned = {};
  std::vector<std::string> cured = {};  // Keys of poisoned events that are delivered.
};

/// A project's name in a sink.
struct SinkProject {
  std::string sink;
  std::string project_id;
  std::string account_id;
};

/// The outbox, which the recording of usage fills, and where each sink stands in it.
/// Thread-safe. Errors of all: those of the database.
class SinkStore {
 public:
  virtual ~SinkStore() = default;

  /// Makes `owner` the only one that delivers to `sink`, for `lease` from now: its state, or
  /// nullopt while somebody else is. A sink that is not known starts before the first record.
  virtual absl::StatusOr<std::optional<SinkState>> Claim(const std::string& sink,
                                                         const std::string& owner,
                                                         absl::Duration lease) = 0;

  /// The next records of `source` for a sink whose cursor is at `cursor`, by rising seq, at
  /// most `limit` (from 1). Records become visible in the order of their seq, which has no
  /// gaps. With `unmapped_too`, kHeld is all held records.
  virtual absl::StatusOr<std::vector<SinkWork>> Next(const std::string& sink, SinkSource source,
                                                     std::int64_t cursor, int limit,
                                                     bool unmapped_too) = 0;

  /// Stores all of `progress`, or, on an error, nothing; and clears failures. ABORTED when
  /// its owner is no longer the sink's, or its cursor not where it was.
  virtual absl::Status Commit(const SinkProgress& progress) = 0;

  /// Notes a delivery that came to nothing, not to be repeated before `retry_at`. Without
  /// effect when `owner` is not the sink's.
  virtual absl::Status Fail(const std::string& sink, const std::string& owner,
                            const std::string& error, absl::Time retry_at) = 0;

  /// The sinks there ever were, by name.
  virtual absl::StatusOr<std::vector<SinkReport>> Report() = 0;
  virtual absl::StatusOr<std::vector<std::string>> Names() = 0;

  /// Poisoned events of `sink` with a greater key than `after_key`, by key, at most `limit`.
  virtual absl::StatusOr<std::vector<PoisonedEvent>> ListPoisoned(const std::string& sink,
                                                                  const std::string& after_key,
                                                                  int limit) = 0;

  /// Marks poisoned events of `sink` to be sent again: those of `keys`, or all when that is
  /// empty. How many there were.
  virtual absl::StatusOr<std::int64_t> Redrive(const std::string& sink,
                                               const std::vector<std::string>& keys) = 0;

  /// Says what a sink calls a project, from now on.
  virtual absl::Status SetProject(const SinkProject& project) = 0;

  /// The projects named to `sink` with a greater id than `after_id`, by id, at most `limit`.
  virtual absl::StatusOr<std::vector<SinkProject>> ListProjects(const std::string& sink,
                                                                const std::string& after_id,
                                                                int limit) = 0;
};

/// What a sink said, and why, for operators.
struct SinkReply {
  SinkAnswer answer = SinkAnswer::kUnavailable;
  std::string error = {};
};

/// Takes events to another system. Used by one thread.
class SinkClient {
 public:
  virtual ~SinkClient() = default;

  /// Most events of one Send.
  virtual std::size_t max_batch() const = 0;

  /// Sends 1 to max_batch() events. What has been sent before under the same key is
  /// accepted and changes nothing.
  virtual SinkReply Send(std::span<const SinkEvent> events) = 0;
};

/// Who watches the deliveries. Thread-safe.
class SinkMonitor {
 public:
  virtual ~SinkMonitor() = default;

  virtual void Sent(const std::string& sink, SinkAnswer answer, std::size_t events) = 0;
  virtual void Reported(const SinkReport& report, absl::Time now) = 0;
  virtual void Throttled(std::size_t projects) = 0;
};

}  // namespace furnace::metering
