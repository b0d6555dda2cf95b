// What the relay tells metering.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>

#include "libs/common/base/status.h"
#include "services/scheduler/app/relay.h"

namespace furnace::scheduler {
namespace {

// Records in one call to the usage sink, its limit.
constexpr std::size_t kMaxRecords = 1000;

// The parts of an attempt that the platform has lost, in one.
AttemptPart TakenBack(const AttemptEnd& end) {
  AttemptPart parts{
      .lease = end.lease,
      .project_id = end.project_id,
      .endpoint_id = end.endpoint_id,
      .worker = end.worker,
      .part = {.number = end.reported.count + 2, .start = end.start, .end = end.reported.until},
      .taken_back = end.cause,
      .attribution = end.attribution};
  parts.worker.cold_start = absl::ZeroDuration();
  return parts;
}

std::vector<AttemptPart> PartsIn(const std::map<int, std::vector<JobEvent>>& events) {
  std::vector<AttemptPart> parts;
  for (const auto& [shard, in_shard] : events) {
    for (const JobEvent& event : in_shard) {
      if (event.part) parts.push_back(*event.part);
      const auto& end = event.attempt_end;
      if (end && end->reported.count > 0 && IsPlatformFault(end->cause)) {
        parts.push_back(TakenBack(*end));
      }
    }
  }
  return parts;
}

// For the log.
std::string TimeOn(const std::string& project_id, const WorkerOnGpu& worker, absl::Time start,
                   absl::Time end) {
  return fmt::format("project {}, {} x {}, {} to {}", project_id, worker.gpu_count, worker.gpu_type,
                     absl::ToUnixMicros(start), absl::ToUnixMicros(end));
}

// A record that can never be stored must not hold up the others. It stays in the
// log of this service, which is all that is left to do for it.
template <typename Record, typename Store, typename Describe>
absl::Status RecordOneByOne(const std::vector<Record>& records, Store store, Describe describe) {
  for (const Record& record : records) {
    const absl::Status status = store(std::vector<Record>{record});
    if (absl::IsInvalidArgument(status)) {
      spdlog::error("usage of {} is refused: {}", describe(record), status.ToString());
    } else {
      FURNACE_RETURN_IF_ERROR(status);
    }
  }
  return absl::OkStatus();
}

// Hands the records to `store`, as many at a time as it takes.
template <typename Record, typename Store, typename Describe>
absl::Status RecordInBatches(const std::vector<Record>& records, Store store, Describe describe) {
  for (std::size_t begin = 0; begin < records.size(); begin += kMaxRecords) {
    const std::size_t end = std::min(begin + kMaxRecords, records.size());
    const std::vector<Record> batch(records.begin() + static_cast<std::ptrdiff_t>(begin),
                                    records.begin() + static_cast<std::ptrdiff_t>(end));
    absl::Status status = store(batch);
    if (absl::IsInvalidArgument(status)) status = RecordOneByOne(batch, store, describe);
    FURNACE_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<WorkerSlice> Relay::SlicesIn(const Events& events) {
  std::vector<WorkerSlice> slices;
  for (const auto& [shard, in_shard] : events) {
    for (const JobEvent& event : in_shard) {
      if (event.slice) slices.push_back(*event.slice);
    }
  }
  return slices;
}

absl::Status Relay::RecordUsage(const Events& events) {
  std::vector<AttemptEnd> attempts;
  for (const auto& [shard, in_shard] : events) {
    for (const JobEvent& event : in_shard) {
      if (event.attempt_end) attempts.push_back(*event.attempt_end);
    }
  }
  FURNACE_RETURN_IF_ERROR(RecordInBatches(
      PartsIn(events), [this](const auto& batch) { return usage_.RecordParts(batch); },
      [](const AttemptPart& each) {
        return fmt::format("job {} attempt {} part {} ({})", each.lease.job_id, each.lease.epoch,
                           each.part.number,
                           TimeOn(each.project_id, each.worker, each.part.start, each.part.end));
      }));
  FURNACE_RETURN_IF_ERROR(RecordInBatches(
      attempts, [this](const auto& batch) { return usage_.Record(batch); },
      [](const AttemptEnd& attempt) {
        return fmt::format("job {} attempt {} ({})", attempt.lease.job_id, attempt.lease.epoch,
                           TimeOn(attempt.project_id, attempt.worker, attempt.start, attempt.end));
      }));
  return RecordInBatches(
      SlicesIn(events), [this](const auto& batch) { return usage_.RecordSlices(batch); },
      [](const WorkerSlice& slice) {
        return fmt::format(
            "worker {} (lifetime {} slice {}, {})", slice.worker.worker_id, slice.life_id,
            slice.slice.number,
            TimeOn(slice.project_id, slice.worker, slice.slice.start, slice.slice.end));
      });
}

}  // namespace furnace::scheduler
