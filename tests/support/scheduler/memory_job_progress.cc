// What running attempts show, as the fake keeps it.
#include <algorithm>
#include <utility>

#include "tests/support/scheduler/memory_job_queue.h"

namespace furnace::scheduler {

void MemoryJobQueue::Report(ProgressReport report, Done<ReportResult> done) {
  if (auto failure = Begin(QueueCall::kReport)) return done(*failure);
  ReportResult result;
  {
    MutexLock lock(mutex_);
    const LeaseId lease = report.lease;
    result.held = HoldsLocked(lease);
    if (result.held && MissesReportsLocked(report)) {
      return done(absl::AbortedError("reports are missing"));
    }
    if (result.held) {
      result.known = !ReportLocked(std::move(report));
      if (!result.known) result.chunks = jobs_[lease.job_id].record.chunk_count;
    }
  }
  Answer<ReportResult>(QueueCall::kReport, std::move(done), result);
}

bool MemoryJobQueue::MissesReportsLocked(const ProgressReport& report) {
  const auto& [attempt, number] = jobs_[report.lease.job_id].last_report;
  const std::int64_t last = attempt == report.lease.epoch ? number : 0;
  return report.sequence > std::max(last, report.stored) + 1;
}

bool MemoryJobQueue::ReportLocked(ProgressReport report) {
  Entry& entry = jobs_[report.lease.job_id];
  const std::pair number(report.lease.epoch, report.sequence);
  if (report.sequence > 0 && number <= entry.last_report) return false;
  if (report.sequence > 0) entry.last_report = number;
  JobRecord& record = entry.record;
  if (!report.progress.empty()) {
    record.job.progress = std::move(report.progress);
    ++record.job.progress_sequence;
  }
  for (std::string& chunk : report.chunks) {
    record.chunks.push_back({.attempt = report.lease.epoch, .body = std::move(chunk)});
    ++record.chunk_count;
  }
  const auto bytes = [&record] {
    std::size_t sum = 0;
    for (const Chunk& chunk : record.chunks) sum += chunk.body.size();
    return sum;
  };
  while (record.chunks.size() > 1 &&
         (bytes() > kMaxChunkBytes || record.chunks.size() > kMaxChunks)) {
    record.chunks.erase(record.chunks.begin());
  }
  return true;
}

}  // namespace furnace::scheduler
