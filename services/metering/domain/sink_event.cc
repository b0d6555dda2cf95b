#include "services/metering/domain/sink_event.h"

#include <fmt/format.h>

#include <algorithm>

#include "absl/time/time.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/metering/domain/decimal.h"
#include "services/metering/domain/names.h"

namespace furnace::metering {
namespace {

constexpr std::string_view kLeaseSpace = "5f0c3c0e-6f0b-5c55-9a0e-6b6f2f1d9a41";
constexpr std::string_view kKeyPrefix = "furnace:";
constexpr std::string_view kZeroUuid = "00000000-0000-0000-0000-000000000000";
constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMaxDigits = 60;
constexpr std::int64_t kLatestUs = 4'102'444'800'000'000;  // The year 2100.

constexpr int kMicroPlaces = 6;
constexpr int kGpuSecondPlaces = 9;  // Microseconds times thousandths of a GPU.
constexpr int kMilliPlaces = 3;
constexpr int kNanoPlaces = 9;
constexpr int kAttoPlaces = 18;

// All parts of an attempt are one lease.
std::string LeaseIdOf(const UsageRecord& record) {
  const RecordKey& key = record.key;
  return LeaseId(IsOfAttempt(record.kind) ? RecordKey{key.job_id, AttemptOf(key.epoch)} : key);
}

// Makes the events of one record.
class Maker {
 public:
  Maker(const OutboxRecord& record, std::string_view account_id, const SinkFacts& facts)
      : of_(record),
        account_id_(account_id),
        facts_(facts),
        part_(IsOfAttempt(record.record.kind) ? PartOf(record.record.key.epoch) : 0),
        lease_id_(LeaseIdOf(record.record)) {}

  std::vector<SinkEvent> All() {
    const UsageRecord& record = of_.record;
    const bool stored = record.kind == UsageKind::kStorage;
    // An attempt's first record begins it, and its last one, which is no part, ends it.
    const bool begins = !IsOfAttempt(record.kind) || part_ <= 1;
    const bool ends = record.kind != UsageKind::kPart && record.kind != UsageKind::kRefund;
    if (begins && IsOfAttempt(record.kind)) Start();
    if (begins && !stored) Dimension(SinkEventKind::kGpuAllocated, "allocated", record.start_us);
    // What is covered is in the lifetime of its worker.
    const std::size_t billed = record.covered ? 0 : of_.segments.size();
    for (std::size_t i = 0; i < billed; ++i) {
      if (stored) {
        Storage(of_.segments[i], i);
      } else {
        Usage(of_.segments[i], i);
      }
    }
    if (ends && !stored) Dimension(SinkEventKind::kGpuReleased, "released", record.end_us);
    if (record.kind == UsageKind::kAttempt) End();
    return std::move(events_);
  }

 private:
  SinkEvent& Add(SinkEventKind kind, std::string_view part, std::int64_t time_us) {
    const UsageRecord& record = of_.record;
    SinkEvent& event = events_.emplace_back();
    event.seq = of_.seq;
    event.ordinal = static_cast<int>(events_.size()) - 1;
    event.kind = kind;
    event.key = fmt::format("{}{}:{}", kKeyPrefix, lease_id_, part);
    event.project_id = record.project_id;
    event.account_id = account_id_;
    event.lease_id = lease_id_;
    event.endpoint_id = record.endpoint_id;
    event.time_us = time_us;
    event.metadata = {{"source", "furnace"}, {"tenant", record.project_id}};
    AddWhat(event);
    if (!facts_.environment.empty()) event.metadata.emplace_back("env", facts_.environment);
    if (!IsOfAttempt(record.kind)) event.metadata.emplace_back("kind", NameOf(record.kind));
    return event;
  }

  // Which job's attempt it is, or which slice of what else.
  void AddWhat(SinkEvent& event) const {
    const UsageRecord& record = of_.record;
    const bool of_attempt = IsOfAttempt(record.kind);
    const std::string epoch =
        fmt::to_string(of_attempt ? AttemptOf(record.key.epoch) : record.key.epoch);
    SinkFields& fields = event.metadata;
    if (of_attempt) {
      fields.insert(
          fields.end(),
          {{"endpoint_id", record.endpoint_id}, {"job_id", record.key.job_id}, {"epoch", epoch}});
    } else {
      if (record.kind == UsageKind::kWorker) fields.emplace_back("endpoint_id", record.endpoint_id);
      fields.insert(fields.end(), {{"kind", std::string(metering::NameOf(record.kind))},
                                   {"instance", record.key.job_id},
                                   {"slice", epoch}});
    }
    if (record.kind == UsageKind::kStorage) return;
    fields.emplace_back("gpu_type", record.gpu_type);
    fields.emplace_back("gpu_count", Decimal(record.milli_gpus, kMilliPlaces));
    if (!of_attempt) fields.emplace_back("warm", record.warm ? "true" : "false");
  }

  void Dimension(SinkEventKind kind, std::string_view part, std::int64_t time_us) {
    Add(kind, part, time_us)
        .metrics.emplace_back("gpu_count", Decimal(of_.record.milli_gpus, kMilliPlaces));
  }

  // A worker that was there already has no cold start: that is no value, and not 0.
  void Start() {
    SinkEvent& event = Add(SinkEventKind::kServerlessStart, "start", of_.record.start_us);
    const std::int64_t cold_start_us = of_.record.cold_start_us;
    event.metadata.emplace_back("warm", cold_start_us == 0 ? "true" : "false");
    if (cold_start_us == 0) return;
    event.metrics.emplace_back("cold_start_seconds", Decimal(cold_start_us, kMicroPlaces));
  }

  // Segments are numbered over all parts of an attempt. What is taken back is a negative quantity,
  // in the hour in which that happens: sums of hours that are over stay as they are.
  void Usage(const Segment& segment, std::size_t index) {
    const Span& span = segment.span;
    const bool refund = of_.record.kind == UsageKind::kRefund;
    const std::size_t number = index + static_cast<std::size_t>(std::max(part_ - 1, 0));
    SinkEvent& event = Add(SinkEventKind::kGpuUsage,
                           refund ? fmt::format("refund{}", index) : fmt::to_string(number),
                           refund ? of_.record.end_us : span.end_us - 1);
    const std::int64_t held = (span.end_us - span.start_us) * of_.record.milli_gpus;
    const std::int64_t gpu_milli_us = refund ? -held : held;
    const bool credited = IsCredited(of_.record.cause) && !refund;
    if (!credited)
      event.metrics.emplace_back("gpu_seconds", Decimal(gpu_milli_us, kGpuSecondPlaces));
    if (credited || refund) {
      event.metrics.emplace_back("credited_gpu_seconds", Decimal(held, kGpuSecondPlaces));
    }
    if (!credited) AddMemory(gpu_milli_us, event);
    event.metadata.emplace_back("start_us", fmt::to_string(span.start_us));
    event.metadata.emplace_back("end_us", fmt::to_string(span.end_us));
    event.metadata.emplace_back("gpu_milli_us", fmt::to_string(gpu_milli_us));
    event.metadata.emplace_back("credited", credited ? "true" : "false");
    if (!segment.price_nanos) return;
    event.metadata.emplace_back("price_nano_usd", fmt::to_string(*segment.price_nanos));
    AddCost(credited ? AttoUsd{} : GpuCharge(*segment.price_nanos, gpu_milli_us), event);
  }

  // What an hour's events say of storage sums up to the mean of what was stored in it. An hour
  // has a factor of 9, so it is rounded half to even, to billionths of a GB.
  void Storage(const Segment& segment, std::size_t index) {
    const Span& span = segment.span;
    const Int128 byte_us = static_cast<Int128>(span.end_us - span.start_us) * of_.record.bytes;
    SinkEvent& event = Add(SinkEventKind::kGpuUsage, fmt::to_string(index), span.end_us - 1);
    event.metrics.emplace_back("model_storage_gb",
                               Decimal(DivideHalfEven(byte_us, kHourUs), kNanoPlaces));
    event.metadata.emplace_back("start_us", fmt::to_string(span.start_us));
    event.metadata.emplace_back("end_us", fmt::to_string(span.end_us));
    event.metadata.emplace_back("byte_us", ToString(byte_us));
    if (!segment.price_nanos) return;
    event.metadata.emplace_back("price_nano_usd", fmt::to_string(*segment.price_nanos));
    AddCost(StorageCharge(*segment.price_nanos, byte_us), event);
  }

  // Rounded likewise, to billionths of a GB-hour.
  void AddMemory(std::int64_t gpu_milli_us, SinkEvent& event) const {
    const auto memory = facts_.gpu_memory_gb.find(of_.record.gpu_type);
    if (memory == facts_.gpu_memory_gb.end()) return;
    const Int128 nanos = DivideHalfEven(static_cast<Int128>(gpu_milli_us) * memory->second, 3'600);
    event.metrics.emplace_back("gpu_vram_gb_hours", Decimal(nanos, kGpuSecondPlaces));
  }

  void End() {
    SinkEvent& event = Add(SinkEventKind::kServerlessEnd, "end", of_.record.end_us);
    event.metadata.emplace_back("cause", NameOf(of_.record.cause));
    if (IsCredited(of_.record.cause)) return;
    event.metrics.emplace_back("serverless_invocations", "1");
    if (of_.invocation_nanos) AddCost(FromNanos(*of_.invocation_nanos), event);
  }

  static void AddCost(AttoUsd cost, SinkEvent& event) {
    event.metrics.emplace_back("cost_usd", Decimal(cost.value, kAttoPlaces));
    event.metadata.emplace_back("cost_atto_usd", ToString(cost.value));
  }

  const OutboxRecord& of_;
  std::string account_id_;
  const SinkFacts& facts_;
  const int part_;  // Of an attempt, see EpochOf.
  std::string lease_id_;
  std::vector<SinkEvent> events_;
};

absl::Status Bad(std::string_view field, std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "{}: {}", field, what);
}

bool IsText(std::string_view text) {
  return !text.empty() && text.size() <= kMaxText &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool IsRealUuid(std::string_view text) { return IsUuid(text) && text != kZeroUuid; }

// Digits with at most one point between them, after at most one sign.
bool IsNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto point = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() &&
           std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (text.size() > kMaxDigits || !digits(text.substr(0, point))) return false;
  return point == std::string_view::npos || digits(text.substr(point + 1));
}

}  // namespace

std::string_view NameOf(SinkEventKind kind) {
  switch (kind) {
    case SinkEventKind::kServerlessStart: return "serverless.start";
    case SinkEventKind::kGpuAllocated: return "gpu.allocated";
    case SinkEventKind::kGpuUsage: return "gpu.usage";
    case SinkEventKind::kGpuReleased: return "gpu.released";
    case SinkEventKind::kServerlessEnd: return "serverless.end";
  }
  return "invalid";
}

std::string LeaseId(const RecordKey& key) {
  return UuidOfName(kLeaseSpace, fmt::format("{}:{}", key.job_id, key.epoch));
}

std::vector<SinkEvent> EventsOf(const OutboxRecord& record, std::string_view account_id,
                                const SinkFacts& facts) {
  return Maker(record, account_id, facts).All();
}

absl::Status Validate(const SinkEvent& event, SinkCheck check) {
  if (check == SinkCheck::kNone) return absl::OkStatus();
  if (!event.key.starts_with(kKeyPrefix) || !IsText(event.key)) {
    return Bad("key", "must be text that begins with furnace:");
  }
  if (!IsText(event.account_id)) return Bad("account_id", "must be text");
  if (check == SinkCheck::kUuidAccounts && !IsRealUuid(event.account_id)) {
    return Bad("account_id", "must be a UUID that is not zero");
  }
  if (!IsRealUuid(event.lease_id)) return Bad("lease_id", "must be a UUID that is not zero");
  if (!IsText(event.endpoint_id)) return Bad("endpoint_id", "must be text");
  if (event.time_us < kEarliestUs || event.time_us >= kLatestUs) {
    return Bad("time_us", "must be in the years 2020 to 2099");
  }
  for (const auto& [name, number] : event.metrics) {
    if (!IsText(name) || !IsNumber(number)) return Bad("metrics." + name, "must be a number");
  }
  for (const auto& [name, text] : event.metadata) {
    if (!IsText(name) || !IsText(text)) return Bad("metadata." + name, "must be text");
  }
  return absl::OkStatus();
}

std::string Rfc3339(std::int64_t time_us) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(time_us),
                          absl::UTCTimeZone());
}

}  // namespace furnace::metering
