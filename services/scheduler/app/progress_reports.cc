#include "services/scheduler/app/progress_reports.h"

#include <vector>

#include "absl/strings/str_split.h"

namespace furnace::scheduler {

namespace {

// What it takes while it waits, about.
std::size_t BytesOf(const ProgressReport& report) {
  std::size_t bytes = sizeof(report) + report.progress.size();
  for (const std::string& chunk : report.chunks) bytes += sizeof(chunk) + chunk.size();
  return bytes;
}

}  // namespace

void ProgressReports::AwaitRoom(absl::AnyInvocable<void()> then) {
  {
    MutexLock lock(mutex_);
    // While some wait, all do: else those that do not would keep it from getting less.
    if (bytes_ > kMaxBytes || !waiting_.empty()) return waiting_.push_back(std::move(then));
  }
  then();
}

void ProgressReports::Stored(std::size_t bytes) {
  std::vector<absl::AnyInvocable<void()>> waiting;
  {
    MutexLock lock(mutex_);
    bytes_ -= bytes;
    if (bytes_ <= kMaxBytes / 2) waiting.swap(waiting_);
  }
  for (auto& then : waiting) then();
}

void ProgressReports::Report(ProgressReport report, Done<bool> done) {
  const std::size_t bytes = BytesOf(report);
  {
    MutexLock lock(mutex_);
    bytes_ += bytes;
  }
  report.reporter = replica_;
  const LeaseId lease = report.lease;
  // A report with progress changes more than the chunks.
  std::vector<std::string> chunks;
  if (report.progress.empty() && watchers_.IsWatched(lease.job_id)) chunks = report.chunks;
  queue_.Report(std::move(report),
                [this, lease, bytes, chunks = std::move(chunks),
                 done = std::move(done)](absl::StatusOr<ReportResult> result) mutable {
                  Stored(bytes);
                  // What failed may be stored; it comes again, and is known then.
                  if (!result.ok()) return done(result.status());
                  if (chunks.empty() || result->known) {
                    watchers_.Changed(lease.job_id);
                  } else if (result->held) {
                    watchers_.Yielded(lease, std::move(chunks), result->chunks);
                  }
                  done(result->held);
                });
}

void ProgressReports::Noticed(std::string_view notice) {
  const std::vector<std::string> words = absl::StrSplit(std::string(notice), ' ');
  if (words.front() == replica_) return;
  for (std::size_t i = 1; i < words.size(); ++i) watchers_.Changed(words[i]);
}

}  // namespace furnace::scheduler
