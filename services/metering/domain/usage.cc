#include "services/metering/domain/usage.h"

#include <algorithm>
#include <string_view>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxNameLength = 128;
constexpr std::size_t kMaxLabelLength = 64;

absl::Status Invalid(std::string_view field, std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "{}: {}", field, what);
}

absl::Status CheckUuid(std::string_view field, std::string_view text) {
  return IsUuid(text) ? absl::OkStatus() : Invalid(field, "not a UUID");
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// Lenient on purpose: an odd name must not keep usage out of the books.
absl::Status CheckName(std::string_view field, std::string_view text) {
  if (text.empty() || text.size() > kMaxNameLength || !IsPrintable(text)) {
    return Invalid(field, "must be 1 to 128 printable ASCII characters");
  }
  return absl::OkStatus();
}

absl::Status CheckLabel(std::string_view field, std::string_view text) {
  if (text.size() <= kMaxLabelLength && IsPrintable(text)) return absl::OkStatus();
  return Invalid(field, "must be at most 64 printable ASCII characters");
}

absl::Status CheckTags(const std::vector<Tag>& tags) {
  if (tags.size() > kMaxTags) return Invalid("tags", "more than 16");
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const std::string& name = tags[i].first;
    if (name.empty() || name.find('=') != std::string::npos) {
      return Invalid("tags", "a name is empty or has a '='");
    }
    if (i > 0 && tags[i - 1].first >= name) return Invalid("tags", "not by rising name");
    FURNACE_RETURN_IF_ERROR(CheckLabel("tags", name));
    FURNACE_RETURN_IF_ERROR(CheckLabel("tags", tags[i].second));
  }
  return absl::OkStatus();
}

absl::Status CheckGpus(const UsageRecord& record) {
  FURNACE_RETURN_IF_ERROR(CheckName("gpu_type", record.gpu_type));
  if (record.milli_gpus < 1 || record.milli_gpus > kMaxGpus * 1'000) {
    return Invalid("gpu_count", "must be 1 to 16");
  }
  if (record.vram_mib < 0 || record.vram_mib > kMaxVramMib) {
    return Invalid("vram_mib", "must be 0 to 4194304");
  }
  if (record.bytes != 0) return Invalid("bytes", "must be 0 unless something is stored");
  return absl::OkStatus();
}

absl::Status CheckStored(const UsageRecord& record) {
  if (record.bytes < 1 || record.bytes > kMaxStoredBytes) {
    return Invalid("bytes", "must be 1 to 1e15");
  }
  if (record.milli_gpus != 0) return Invalid("gpu_count", "must be 0 for storage");
  if (!record.gpu_type.empty()) return Invalid("gpu_type", "must be empty for storage");
  if (record.vram_mib != 0) return Invalid("vram_mib", "must be 0 for storage");
  if (record.cause != Cause::kNone) return Invalid("cause", "must be unset for storage");
  if (record.cold_start_us != 0) return Invalid("cold_start_us", "must be 0 for storage");
  return absl::OkStatus();
}

absl::Status CheckKey(const UsageRecord& record) {
  FURNACE_RETURN_IF_ERROR(CheckUuid("job_id", record.key.job_id));
  if (record.key.epoch < 1) return Invalid("epoch", "must be at least 1");
  if (!IsOfAttempt(record.kind)) return absl::OkStatus();
  if (AttemptOf(record.key.epoch) < 1) return Invalid("epoch", "must be 1 to 999999");
  if (PartOf(record.key.epoch) > kMaxParts) return Invalid("part", "must be 0 to 2000");
  return absl::OkStatus();
}

// Of a part of an attempt that runs on, and of what takes such parts back.
absl::Status CheckPart(const UsageRecord& record) {
  if (record.kind != UsageKind::kPart && record.kind != UsageKind::kRefund) {
    return absl::OkStatus();
  }
  if (PartOf(record.key.epoch) < 1) return Invalid("part", "must be at least 1");
  if (record.kind == UsageKind::kPart) {
    return record.cause == Cause::kNone ? absl::OkStatus() : Invalid("cause", "it runs on");
  }
  if (!IsCredited(record.cause)) return Invalid("cause", "not the platform's fault");
  return record.cold_start_us == 0 ? absl::OkStatus() : Invalid("cold_start_us", "must be 0");
}

absl::Status CheckWorker(const UsageRecord& record) {
  const bool has_worker = IsOfAttempt(record.kind) || record.kind == UsageKind::kWorker;
  if (has_worker || !record.worker_id.empty()) {
    FURNACE_RETURN_IF_ERROR(CheckName("worker_id", record.worker_id));
  }
  if (record.covered && record.kind != UsageKind::kAttempt) {
    return Invalid("covered", "only attempts are");
  }
  return absl::OkStatus();
}

// Of attempts alone; how many tokens there were is known at an attempt's end.
absl::Status CheckAttribution(const UsageRecord& record) {
  if (!record.api_key_id.empty()) {
    if (!IsOfAttempt(record.kind)) return Invalid("api_key_id", "only attempts have one");
    FURNACE_RETURN_IF_ERROR(CheckUuid("api_key_id", record.api_key_id));
  }
  if (record.tokens < 0 || record.tokens > kMaxTokens) {
    return Invalid("tokens", "must be 0 to 1e12");
  }
  if (record.tokens == 0 || record.kind == UsageKind::kAttempt) return absl::OkStatus();
  return Invalid("tokens", "only ends of attempts have some");
}

absl::Status CheckTimes(const UsageRecord& record, std::int64_t now_us) {
  if (record.start_us < kEarliestUs) return Invalid("start_us", "before the year 2020");
  if (record.end_us < record.start_us) return Invalid("end_us", "before start_us");
  if (record.end_us > now_us + kMaxClockSkewUs) {
    return Invalid("end_us", "more than a day in the future");
  }
  if (record.end_us - record.start_us > kMaxLeaseUs) {
    return Invalid("end_us", "more than 8 days after start_us");
  }
  if (record.cold_start_us < 0 || record.cold_start_us > kMaxLeaseUs) {
    return Invalid("cold_start_us", "must be 0 to 8 days");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Validate(const UsageRecord& record, std::int64_t now_us) {
  FURNACE_RETURN_IF_ERROR(CheckKey(record));
  FURNACE_RETURN_IF_ERROR(CheckPart(record));
  FURNACE_RETURN_IF_ERROR(CheckUuid("project_id", record.project_id));
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", record.endpoint_id));
  FURNACE_RETURN_IF_ERROR(CheckWorker(record));
  const bool stored = record.kind == UsageKind::kStorage;
  FURNACE_RETURN_IF_ERROR(stored ? CheckStored(record) : CheckGpus(record));
  FURNACE_RETURN_IF_ERROR(CheckLabel("region", record.region));
  FURNACE_RETURN_IF_ERROR(CheckLabel("tier", record.tier));
  FURNACE_RETURN_IF_ERROR(CheckTags(record.tags));
  FURNACE_RETURN_IF_ERROR(CheckAttribution(record));
  return CheckTimes(record, now_us);
}

bool Overlap(const UsageRecord& a, const UsageRecord& b) {
  if (a.key.job_id != b.key.job_id) return false;
  if (IsOfAttempt(a.kind) != IsOfAttempt(b.kind)) return false;
  if ((a.kind == UsageKind::kRefund) != (b.kind == UsageKind::kRefund)) return false;
  if (IsOfAttempt(a.kind) && AttemptOf(a.key.epoch) != AttemptOf(b.key.epoch)) return false;
  return std::max(a.start_us, b.start_us) < std::min(a.end_us, b.end_us);
}

std::vector<Span> CutAtHours(Span span) {
  std::vector<Span> pieces;
  for (std::int64_t from = span.start_us; from < span.end_us;) {
    const std::int64_t to = std::min(span.end_us, HourOf(from) + kHourUs);
    pieces.push_back({from, to});
    from = to;
  }
  return pieces;
}

}  // namespace furnace::metering
