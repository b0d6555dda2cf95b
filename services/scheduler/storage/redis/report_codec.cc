#include "services/scheduler/storage/redis/report_codec.h"

#include <string>
#include <utility>

#include "services/scheduler/storage/redis/reply.h"

namespace furnace::scheduler {
namespace {

// What the script answers besides a count.
constexpr std::int64_t kNotHeld = -1;
constexpr std::int64_t kReportsMissing = -2;
constexpr std::int64_t kKnown = -3;

// Redis works on a report, and on each chunk, as long as on so many bytes, about.
constexpr std::size_t kReportBytes = 1024;
constexpr std::size_t kChunkBytes = 32;

}  // namespace

std::size_t WeightOf(const ProgressReport& report) {
  std::size_t bytes = kReportBytes + report.progress.size();
  for (const std::string& chunk : report.chunks) bytes += kChunkBytes + chunk.size();
  return bytes;
}

void EncodeReport(ProgressReport& report, redis::Client::Words& args) {
  args.push_back(std::move(report.lease.job_id));
  args.push_back(std::to_string(report.lease.epoch));
  args.push_back(std::move(report.progress));
  args.push_back(std::move(report.worker_id));
  args.push_back(std::to_string(report.sequence));
  args.push_back(std::to_string(report.stored));
  args.push_back(std::move(report.reporter));
  args.push_back(std::to_string(report.chunks.size()));
  for (std::string& chunk : report.chunks) args.push_back(std::move(chunk));
}

absl::StatusOr<ReportResult> DecodeReport(const redisReply& reply, std::size_t index) {
  const auto counts = Elements(reply);
  if (index >= counts.size()) {
    return absl::InternalError("report_progress.lua answered too little");
  }
  const std::int64_t count = Int(*counts[index]);
  if (count == kReportsMissing) return absl::AbortedError("reports are missing");
  if (count == kNotHeld) return ReportResult{};
  if (count == kKnown) return ReportResult{.held = true, .known = true};
  return ReportResult{.held = true, .chunks = count};
}

}  // namespace furnace::scheduler
