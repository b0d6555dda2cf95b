#include "services/scheduler/app/job_watchers.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

// The record as one watcher sees it: with the chunks it does not have yet.
JobRecord ViewFor(JobRecord view, std::int64_t chunks_after) {
  const std::int64_t first = view.chunk_count - static_cast<std::int64_t>(view.chunks.size());
  const std::int64_t known = std::clamp<std::int64_t>(
      chunks_after - first, 0, static_cast<std::int64_t>(view.chunks.size()));
  view.chunks.erase(view.chunks.begin(), view.chunks.begin() + known);
  view.chunks_dropped = std::max<std::int64_t>(0, first - chunks_after);
  return view;
}

}  // namespace

bool JobWatchers::Register(Request request, const std::shared_ptr<JobWatcher>& watcher) {
  {
    MutexLock lock(mutex_);
    if (count_ < kMaxWatchers) {
      ++count_;
      const std::string job_id = request.job_id;
      jobs_[job_id].entries.push_back({std::move(request), watcher});
      return true;
    }
  }
  watcher->OnError(absl::ResourceExhaustedError("too many watchers"));
  return false;
}

bool JobWatchers::AddUpcoming(Request request, const std::shared_ptr<JobWatcher>& watcher) {
  return Register(std::move(request), watcher);
}

void JobWatchers::Add(Request request, const std::shared_ptr<JobWatcher>& watcher) {
  const std::string job_id = request.job_id;
  if (Register(std::move(request), watcher)) Changed(job_id);
}

void JobWatchers::Remove(const std::string& job_id, const JobWatcher* watcher) {
  MutexLock lock(mutex_);
  const auto found = jobs_.find(job_id);
  if (found == jobs_.end()) return;
  count_ -= std::erase_if(found->second.entries,
                          [&](const Entry& entry) { return entry.watcher.get() == watcher; });
}

void JobWatchers::Changed(const std::string& job_id) {
  {
    MutexLock lock(mutex_);
    const auto found = jobs_.find(job_id);
    if (found == jobs_.end()) return;
    found->second.changed = true;
    if (std::exchange(found->second.reading, true)) return;
  }
  Read(job_id);
}

bool JobWatchers::IsWatched(const std::string& job_id) const {
  MutexLock lock(mutex_);
  return jobs_.contains(job_id);
}

void JobWatchers::Yielded(const LeaseId& lease, std::vector<std::string> chunks,
                          std::int64_t count) {
  const std::int64_t before = count - static_cast<std::int64_t>(chunks.size());
  std::optional<JobRecord> next = TakeNext(lease, before);
  if (!next) return Changed(lease.job_id);
  for (std::string& chunk : chunks) {
    next->chunks.push_back({.attempt = lease.epoch, .body = std::move(chunk)});
  }
  next->chunk_count = count;
  Deliver(lease.job_id, before, *std::move(next));
  Read(lease.job_id);
}

// The job as watchers have it, for whom the caller becomes the reader; nullopt unless all who
// want chunks have exactly those `before`.
std::optional<JobRecord> JobWatchers::TakeNext(const LeaseId& lease, std::int64_t before) {
  MutexLock lock(mutex_);
  const auto found = jobs_.find(lease.job_id);
  if (found == jobs_.end()) return std::nullopt;
  Watched& watched = found->second;
  const auto lacks_more = [before](const Entry& entry) {
    return entry.request.chunks_after.value_or(before) != before;
  };
  if (watched.reading || !watched.last || watched.last->job.status != JobStatus::kInProgress ||
      watched.last->job.attempt != lease.epoch ||
      std::ranges::any_of(watched.entries, lacks_more)) {
    return std::nullopt;
  }
  watched.reading = true;
  return watched.last;
}

void JobWatchers::AllChanged() {
  std::vector<std::string> ids;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, watched] : jobs_) ids.push_back(id);
  }
  for (const std::string& id : ids) Changed(id);
}

// Whoever set `reading` reads, until nothing has changed meanwhile.
void JobWatchers::Read(const std::string& job_id) {
  FindOptions options{.watch = true};
  {
    MutexLock lock(mutex_);
    const auto found = jobs_.find(job_id);
    if (found == jobs_.end()) return;
    Watched& watched = found->second;
    watched.reading = watched.changed && !watched.entries.empty();
    if (!watched.reading) {
      if (watched.entries.empty()) jobs_.erase(found);
      return;
    }
    watched.changed = false;
    for (const Entry& entry : watched.entries) {
      const auto after = entry.request.chunks_after;
      if (after) options.chunks_after = std::min(options.chunks_after.value_or(*after), *after);
    }
  }
  queue_.Find(job_id, options,
              [this, job_id,
               after = options.chunks_after](absl::StatusOr<std::optional<JobRecord>> record) {
                OnRead(job_id, after, std::move(record));
              });
}

void JobWatchers::OnRead(const std::string& job_id, std::optional<std::int64_t> chunks_after,
                         absl::StatusOr<std::optional<JobRecord>> record) {
  if (!record.ok()) return Fail(job_id, record.status());
  const bool live = record->has_value();
  if (live && !((*record)->job.output_stored && IsFinal((*record)->job.status))) {
    Deliver(job_id, chunks_after, **std::move(record));
    return Read(job_id);
  }
  auto shared = std::make_shared<std::optional<JobRecord>>(*std::move(record));
  const bool accepted = blocking_.TrySubmit([this, job_id, chunks_after, shared] {
    if (!*shared) return ReadPast(job_id);
    const absl::Status loaded = reader_.LoadOutput((*shared)->job);
    if (!loaded.ok()) return Fail(job_id, loaded);
    Deliver(job_id, chunks_after, *std::move(*shared));
    Read(job_id);
  });
  if (!accepted) Fail(job_id, absl::ResourceExhaustedError("too many reads wait"));
}

// The job is in history, all chunks with it. Somebody may watch it who does not own
// it: they must not keep the owner from it.
void JobWatchers::ReadPast(const std::string& job_id) {
  std::set<std::string> projects;
  {
    MutexLock lock(mutex_);
    for (const Entry& entry : jobs_[job_id].entries) projects.insert(entry.request.project_id);
  }
  absl::Status status = Error(absl::StatusCode::kNotFound, "no job {}", job_id);
  for (const std::string& project_id : projects) {
    absl::StatusOr<JobRecord> record = reader_.Get(job_id, project_id, /*with_input=*/false);
    if (record.ok()) {
      Deliver(job_id, /*chunks_after=*/0, *std::move(record));
      return Read(job_id);
    }
    status = record.status();
  }
  Fail(job_id, status);
}

std::vector<JobWatchers::Entry> JobWatchers::Take(const std::string& job_id) {
  MutexLock lock(mutex_);
  const auto found = jobs_.find(job_id);
  if (found == jobs_.end()) return {};
  return std::exchange(found->second.entries, {});
}

// Only the one reader of the job gets here, so watchers are called one at a time.
void JobWatchers::Deliver(const std::string& job_id, std::optional<std::int64_t> chunks_after,
                          JobRecord record) {
  const bool final = IsFinal(record.job.status);
  const std::string project_id = record.job.project_id;
  const std::int64_t chunk_count = record.chunk_count;
  std::optional<JobRecord> told;
  if (!final) told.emplace(JobRecord{.job = record.job});
  std::vector<Entry> staying;
  std::size_t gone = 0;
  std::vector<Entry> entries = Take(job_id);
  for (Entry& entry : entries) {
    // One that came while the read was on its way may lack chunks that the read did
    // not ask for. Its coming counts as a change: the next read is for it.
    const auto wanted = entry.request.chunks_after;
    if (wanted && chunks_after.value_or(chunk_count) > *wanted) {
      staying.push_back(std::move(entry));
      continue;
    }
    const bool foreign = entry.request.project_id != project_id;
    if (foreign) entry.watcher->OnError(Error(absl::StatusCode::kNotFound, "no job {}", job_id));
    const std::int64_t after = entry.request.chunks_after.value_or(chunk_count);
    // What is large is not copied for the last one, which most often is the only one.
    const bool last = &entry == &entries.back();
    if (!foreign && entry.watcher->OnJob(ViewFor(last ? std::move(record) : record, after)) &&
        !final) {
      if (entry.request.chunks_after) entry.request.chunks_after = chunk_count;
      staying.push_back(std::move(entry));
    } else {
      ++gone;
    }
  }
  MutexLock lock(mutex_);
  count_ -= gone;
  jobs_[job_id].last = std::move(told);
  auto& present = jobs_[job_id].entries;
  present.insert(present.end(), std::make_move_iterator(staying.begin()),
                 std::make_move_iterator(staying.end()));
}

void JobWatchers::Fail(const std::string& job_id, const absl::Status& status) {
  const std::vector<Entry> entries = Take(job_id);
  for (const Entry& entry : entries) entry.watcher->OnError(status);
  {
    MutexLock lock(mutex_);
    count_ -= entries.size();
  }
  Read(job_id);  // For those who came meanwhile.
}

void JobWatchers::ExpireAt(absl::Time now) {
  std::vector<std::shared_ptr<JobWatcher>> expired;
  {
    MutexLock lock(mutex_);
    for (auto next = jobs_.begin(); next != jobs_.end();) {
      const auto job = next++;
      std::erase_if(job->second.entries, [&](const Entry& entry) {
        if (entry.request.deadline > now) return false;
        expired.push_back(entry.watcher);
        return true;
      });
      if (job->second.entries.empty() && !job->second.reading) jobs_.erase(job);
    }
    count_ -= expired.size();
  }
  for (const auto& watcher : expired) watcher->OnTimeout();
}

}  // namespace furnace::scheduler
