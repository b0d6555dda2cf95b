#include "services/metering/domain/usage.h"

#include <algorithm>
#include <string_view>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxNameLength = 128;

absl::Status Invalid(std::string_view field, std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "{}: {}", field, what);
}

absl::Status CheckUuid(std::string_view field, std::string_view text) {
  return IsUuid(text) ? absl::OkStatus() : Invalid(field, "not a UUID");
}

// Lenient on purpose: an odd name must not keep usage out of the books.
absl::Status CheckName(std::string_view field, std::string_view text) {
  const bool printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (text.empty() || text.size() > kMaxNameLength || !printable) {
    return Invalid(field, "must be 1 to 128 printable ASCII characters");
  }
  return absl::OkStatus();
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
  FURNACE_RETURN_IF_ERROR(CheckUuid("job_id", record.key.job_id));
  if (record.key.epoch < 1) return Invalid("epoch", "must be at least 1");
  FURNACE_RETURN_IF_ERROR(CheckUuid("project_id", record.project_id));
  FURNACE_RETURN_IF_ERROR(CheckUuid("endpoint_id", record.endpoint_id));
  FURNACE_RETURN_IF_ERROR(CheckName("worker_id", record.worker_id));
  FURNACE_RETURN_IF_ERROR(CheckName("gpu_type", record.gpu_type));
  if (record.milli_gpus < 1 || record.milli_gpus > kMaxGpus * 1'000) {
    return Invalid("gpu_count", "must be 1 to 16");
  }
  return CheckTimes(record, now_us);
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
