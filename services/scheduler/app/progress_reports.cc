#include "services/scheduler/app/progress_reports.h"

#include <optional>
#include <vector>

#include "absl/strings/str_split.h"

namespace furnace::scheduler {

void ProgressReports::Report(ProgressReport report, Done<bool> done) {
  report.reporter = replica_;
  const LeaseId lease = report.lease;
  // A report with progress changes more than the chunks.
  std::vector<std::string> chunks;
  if (report.progress.empty() && watchers_.IsWatched(lease.job_id)) chunks = report.chunks;
  queue_.Report(std::move(report),
                [this, lease, chunks = std::move(chunks), done = std::move(done)](
                    absl::StatusOr<std::optional<std::int64_t>> count) mutable {
                  if (!count.ok() || chunks.empty()) {
                    watchers_.Changed(lease.job_id);  // After an error it may be stored, too.
                  } else if (count->has_value()) {
                    watchers_.Yielded(lease, std::move(chunks), **count);
                  }
                  if (!count.ok()) return done(count.status());
                  done(count->has_value());
                });
}

void ProgressReports::Noticed(std::string_view notice) {
  const std::vector<std::string> words = absl::StrSplit(std::string(notice), ' ');
  if (words.front() == replica_) return;
  for (std::size_t i = 1; i < words.size(); ++i) watchers_.Changed(words[i]);
}

}  // namespace furnace::scheduler
