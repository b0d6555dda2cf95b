#include "services/scheduler/app/relay.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

// Jobs in one transaction of history.
constexpr std::size_t kMaxJobs = 1000;
// Jobs in one read, which stops the queue for as long as it takes.
constexpr std::size_t kMaxRead = 50;
// Bytes of payloads in one transaction of history.
constexpr std::size_t kMaxBytes = 4 << 20;

std::size_t BytesOf(const JobRecord& record) {
  std::size_t bytes = record.job.input.value_or("").size() + record.job.output.value_or("").size();
  for (const Chunk& chunk : record.chunks) bytes += chunk.body.size();
  return bytes;
}

void AddIfRoom(absl::Duration time, std::size_t max, std::vector<absl::Duration>& times) {
  if (times.size() < max) times.push_back(time);
}

// Whether what was to be stored can never be.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status);
}

}  // namespace

absl::Status Relay::Run() {
  for (;;) {
    FURNACE_ASSIGN_OR_RETURN(const bool more, Round());
    if (!more) return absl::OkStatus();
  }
}

absl::StatusOr<bool> Relay::Round() {
  FURNACE_ASSIGN_OR_RETURN(const Events events, log_.ReadEvents(leader_.Led(), kMaxEvents));
  if (events.empty()) return false;
  FURNACE_ASSIGN_OR_RETURN(Jobs jobs, ReadJobs(events));
  FURNACE_RETURN_IF_ERROR(TellDependents(jobs));
  SetRetention(jobs);
  absl::Status saved = SaveJobs(jobs);
  if (IsRefusal(saved)) saved = SaveOneByOne(jobs);
  FURNACE_RETURN_IF_ERROR(saved);
  FURNACE_RETURN_IF_ERROR(TellBatches(jobs));
  FURNACE_RETURN_IF_ERROR(SaveAttempts(events));
  FURNACE_RETURN_IF_ERROR(SaveSlices(events));
  FURNACE_RETURN_IF_ERROR(TellWebhooks(jobs));
  FURNACE_RETURN_IF_ERROR(RecordUsage(events));
  NoteRuns(events, jobs);
  FURNACE_RETURN_IF_ERROR(Forget(events, jobs));
  for (const auto& [shard, in_shard] : events) {
    if (in_shard.size() >= kMaxEvents) return true;
  }
  return false;
}

// Each job once, as it is now: a job that ran through three states since the last
// round is written once.
absl::StatusOr<Relay::Jobs> Relay::ReadJobs(const Events& events) {
  Jobs jobs;
  for (const auto& [shard, in_shard] : events) {
    std::set<std::string> ids;
    for (const JobEvent& event : in_shard) {
      if (!event.job_id.empty()) ids.insert(event.job_id);
    }
    std::vector<JobRecord>& in_jobs = jobs[shard];
    while (!ids.empty()) {
      std::vector<std::string> page;
      while (!ids.empty() && page.size() < kMaxRead)
        page.push_back(ids.extract(ids.begin()).value());
      FURNACE_ASSIGN_OR_RETURN(std::vector<JobRecord> read, log_.ReadJobs(shard, page));
      in_jobs.insert(in_jobs.end(), std::make_move_iterator(read.begin()),
                     std::make_move_iterator(read.end()));
    }
  }
  return jobs;
}

absl::Status Relay::TellDependents(const Jobs& jobs) {
  for (const auto& [shard, in_shard] : jobs) {
    for (const JobRecord& record : in_shard) {
      if (!record.has_dependents || !IsFinal(record.job.status)) continue;
      FURNACE_RETURN_IF_ERROR(dependencies_.TellDependents(record.job.id));
    }
  }
  return absl::OkStatus();
}

// An endpoint that cannot be looked up keeps its jobs for the default: history and metering do
// not wait for the registry.
void Relay::SetRetention(Jobs& jobs) {
  for (auto& [shard, in_shard] : jobs) {
    for (JobRecord& record : in_shard) {
      if (!record.job.completed_at) continue;
      const absl::StatusOr<EndpointPtr> endpoint = catalog_.Find(record.job.endpoint_id);
      const absl::Duration retention =
          endpoint.ok() ? (*endpoint)->result_retention : Endpoint().result_retention;
      record.kept_until = *record.job.completed_at + retention;
    }
  }
}

absl::Status Relay::SaveJobs(const Jobs& jobs) {
  std::vector<JobRecord> batch;
  std::size_t bytes = 0;
  for (const auto& [shard, in_shard] : jobs) {
    for (const JobRecord& record : in_shard) {
      bytes += BytesOf(record);
      batch.push_back(record);
      if (batch.size() < kMaxJobs && bytes < kMaxBytes) continue;
      FURNACE_RETURN_IF_ERROR(history_.Save(batch));
      batch.clear();
      bytes = 0;
    }
  }
  return history_.Save(batch);
}

// A job that history can never take must not hold up the others: it stays in the
// queue, where it can be read, and in the log.
absl::Status Relay::SaveOneByOne(Jobs& jobs) {
  for (auto& [shard, in_shard] : jobs) {
    std::vector<JobRecord> saved;
    for (JobRecord& record : in_shard) {
      const absl::Status status = history_.Save({record});
      if (IsRefusal(status)) {
        spdlog::error("job {} is refused by history: {}", record.job.id, status.ToString());
        continue;
      }
      FURNACE_RETURN_IF_ERROR(status);
      saved.push_back(std::move(record));
    }
    in_shard = std::move(saved);
  }
  return absl::OkStatus();
}

absl::Status Relay::TellBatches(const Jobs& jobs) {
  std::set<std::string> ids;
  for (const auto& [shard, in_shard] : jobs) {
    for (const JobRecord& record : in_shard) {
      if (!record.job.batch_id.empty() && IsFinal(record.job.status))
        ids.insert(record.job.batch_id);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  const absl::Status told = batches_.OnJobsEnded({ids.begin(), ids.end()});
  if (!IsRefusal(told)) return told;
  spdlog::error("{} batches cannot be told of their jobs: {}", ids.size(), told.ToString());
  return absl::OkStatus();
}

// Those that have a result, or were cancelled, are told by their jobs.
absl::Status Relay::SaveAttempts(const Events& events) {
  std::vector<AttemptEnd> failed;
  for (const auto& [shard, in_shard] : events) {
    for (const JobEvent& event : in_shard) {
      const auto& end = event.attempt_end;
      if (end && end->cause != FailureCause::kNone) failed.push_back(*end);
    }
  }
  absl::Status saved = attempts_.Save(failed);
  if (!IsRefusal(saved)) return saved;
  spdlog::error("{} attempts cannot be stored: {}", failed.size(), saved.ToString());
  return absl::OkStatus();
}

absl::Status Relay::SaveSlices(const Events& events) {
  const std::vector<WorkerSlice> slices = SlicesIn(events);
  absl::Status saved = attempts_.SaveSlices(slices);
  if (!IsRefusal(saved)) return saved;
  spdlog::error("{} slices of lifetimes cannot be stored: {}", slices.size(), saved.ToString());
  return absl::OkStatus();
}

absl::Status Relay::TellWebhooks(const Jobs& jobs) {
  std::vector<const JobRecord*> ended;
  for (const auto& [shard, in_shard] : jobs) {
    for (const JobRecord& record : in_shard) {
      if (!record.job.webhook.empty() && IsFinal(record.job.status)) ended.push_back(&record);
    }
  }
  if (ended.empty()) return absl::OkStatus();
  const absl::Status told = webhooks_.OnJobsEnded(ended);
  if (!IsRefusal(told)) return told;
  // One that can never be stored must not hold up the others.
  for (const JobRecord* record : ended) {
    const absl::Status status = webhooks_.OnJobsEnded({record});
    if (IsRefusal(status)) {
      spdlog::error("the webhook of job {} is refused: {}", record->job.id, status.ToString());
    } else {
      FURNACE_RETURN_IF_ERROR(status);
    }
  }
  return absl::OkStatus();
}

// What forecasts are made of, and how they turned out. Nothing depends on it: what is
// lost here is not tried again.
void Relay::NoteRuns(const Events& events, const Jobs& jobs) {
  for (const auto& [shard, in_shard] : events) {
    std::set<std::string> cancelled;
    for (const JobRecord& record : jobs.at(shard)) {
      forecasts_.Saw(record.job);
      if (record.job.status == JobStatus::kCancelled) cancelled.insert(record.job.id);
    }
    std::map<std::string, RunHistory> runs;
    for (auto event = in_shard.rbegin(); event != in_shard.rend(); ++event) {
      const auto& end = event->attempt_end;
      if (!end || cancelled.contains(event->job_id) || IsPlatformFault(end->cause)) continue;
      AddIfRoom(end->end - end->start, RunHistory::kMaxExecutions,
                runs[end->endpoint_id].executions);
      if (end->worker.cold_start > absl::ZeroDuration()) {
        AddIfRoom(end->worker.cold_start, RunHistory::kMaxColdStarts,
                  runs[end->endpoint_id].cold_starts);
      }
    }
    if (!runs.empty()) log_.RecordRuns(shard, runs).IgnoreError();
  }
}

absl::Status Relay::Forget(const Events& events, const Jobs& jobs) {
  for (const auto& [shard, in_shard] : events) {
    std::vector<std::string> event_ids;
    for (const JobEvent& event : in_shard) event_ids.push_back(event.event_id);
    std::vector<std::pair<std::string, std::int64_t>> final_jobs;
    for (const JobRecord& record : jobs.at(shard)) {
      if (IsFinal(record.job.status)) final_jobs.emplace_back(record.job.id, record.job.version);
    }
    FURNACE_RETURN_IF_ERROR(log_.Forget(shard, event_ids, final_jobs));
  }
  return absl::OkStatus();
}

}  // namespace furnace::scheduler
