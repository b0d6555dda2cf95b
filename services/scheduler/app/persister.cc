#include "services/scheduler/app/persister.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

// Jobs in one read, which stops the queue for as long as it takes.
constexpr std::size_t kMaxRead = 50;

absl::Status NotPersisted() {
  return absl::UnavailableError("the job is queued, but may not be persisted");
}

bool IsOutage(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

}  // namespace

Persister::Room::~Room() {
  if (owner_ != nullptr) owner_->Release(jobs_);
}

absl::StatusOr<Persister::Room> Persister::Reserve(std::size_t jobs) {
  MutexLock lock(mutex_);
  if (reserved_ + jobs > kMaxJobs) {
    return absl::ResourceExhaustedError("too many jobs wait to be persisted");
  }
  reserved_ += jobs;
  return Room(*this, jobs);
}

void Persister::Release(std::size_t jobs) {
  MutexLock lock(mutex_);
  reserved_ -= jobs;
}

void Persister::Save(Room room, std::vector<std::string> job_ids, std::string project_id,
                     Saved saved) {
  {
    MutexLock lock(mutex_);
    waiting_.push_back({.room = std::move(room),
                        .job_ids = std::move(job_ids),
                        .project_id = std::move(project_id),
                        .saved = std::move(saved)});
    if (std::exchange(saving_, true)) return;
  }
  if (blocking_.TrySubmit([this] { SaveWaiting(); })) return;
  // The pool is full: those who have come meanwhile rely on this call, too.
  for (std::vector<Call> group = NextGroup(); !group.empty(); group = NextGroup()) {
    for (Call& call : group) call.saved(NotPersisted());
  }
}

void Persister::SaveWaiting() {
  for (std::vector<Call> group = NextGroup(); !group.empty(); group = NextGroup()) {
    std::vector<Call*> calls;
    for (Call& call : group) calls.push_back(&call);
    const absl::Status together = SaveGroup(calls);
    for (Call& call : group) {
      // What history refuses of one must not be the others' failure.
      const absl::Status status =
          together.ok() || IsOutage(together) ? together : SaveGroup({&call});
      if (!status.ok()) spdlog::warn("persist: {}", status.ToString());
      call.saved(status.ok() ? status : NotPersisted());
    }
  }
}

// Empty, and the work is done, when nothing waits.
std::vector<Persister::Call> Persister::NextGroup() {
  std::vector<Call> group;
  std::size_t jobs = 0;
  MutexLock lock(mutex_);
  while (!waiting_.empty() && jobs < kEnough) {
    jobs += waiting_.front().job_ids.size();
    group.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  saving_ = !group.empty();
  return group;
}

absl::Status Persister::SaveGroup(const std::vector<Call*>& calls) {
  std::map<int, std::vector<std::string>> by_shard;
  for (const Call* call : calls) {
    for (const std::string& id : call->job_ids) by_shard[ShardOfJob(id)].push_back(id);
  }
  std::vector<JobRecord> records;
  for (const auto& [shard, ids] : by_shard) {
    FURNACE_RETURN_IF_ERROR(ReadLive(shard, ids, records));
  }
  FURNACE_RETURN_IF_ERROR(history_.Save(records));
  std::set<std::string> live;
  for (const JobRecord& record : records) live.insert(record.job.id);
  // A job leaves the queue only for history. If it is not there, the queue has lost it.
  for (const Call* call : calls) {
    for (const std::string& id : call->job_ids) {
      if (live.contains(id)) continue;
      FURNACE_RETURN_IF_ERROR(history_.Get(id, call->project_id).status());
    }
  }
  return absl::OkStatus();
}

absl::Status Persister::ReadLive(int shard, const std::vector<std::string>& ids,
                                 std::vector<JobRecord>& records) {
  for (std::size_t begin = 0; begin < ids.size(); begin += kMaxRead) {
    const std::size_t end = std::min(begin + kMaxRead, ids.size());
    FURNACE_ASSIGN_OR_RETURN(
        std::vector<JobRecord> page,
        log_.ReadJobs(shard, {ids.begin() + static_cast<std::ptrdiff_t>(begin),
                              ids.begin() + static_cast<std::ptrdiff_t>(end)}));
    records.insert(records.end(), std::make_move_iterator(page.begin()),
                   std::make_move_iterator(page.end()));
  }
  return absl::OkStatus();
}

}  // namespace furnace::scheduler
