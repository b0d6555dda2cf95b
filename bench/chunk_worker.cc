#include "bench/chunk_worker.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace furnace::bench {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

}  // namespace

ChunkWorker::ChunkWorker(const WorkerOptions& options)
    : session_(options), reader_([this] { Read(); }) {}

ChunkWorker::~ChunkWorker() {
  session_.Cancel();
  reader_.join();
}

void ChunkWorker::Read() {
  v1::ConnectResponse response;
  while (session_.stream().Read(&response)) {
    MutexLock lock(mutex_);
    for (const v1::Assignment& job : response.assignments().jobs()) leases_.push_back(job.lease());
    changed_.SignalAll();
  }
}

std::vector<v1::LeaseId> ChunkWorker::LeasesOf(const std::vector<std::string>& job_ids) {
  const absl::Time deadline = absl::Now() + kPatience;
  std::vector<v1::LeaseId> found;
  MutexLock lock(mutex_);
  for (const std::string& id : job_ids) {
    const auto find = [&] {
      return std::find_if(leases_.begin(), leases_.end(),
                          [&](const v1::LeaseId& lease) { return lease.job_id() == id; });
    };
    while (find() == leases_.end() && absl::Now() < deadline) {
      changed_.WaitFor(mutex_, deadline - absl::Now());
    }
    if (const auto lease = find(); lease != leases_.end()) found.push_back(*lease);
  }
  return found;
}

void ChunkWorker::Yield(const std::vector<std::string>& job_ids, double rate, int count) {
  const std::vector<v1::LeaseId> leases = LeasesOf(job_ids);
  const absl::Duration gap = absl::Seconds(1) / (rate * static_cast<double>(leases.size()));
  absl::Time due = absl::Now();
  v1::ConnectRequest request;
  for (int i = 1; i <= count; ++i) {
    for (const v1::LeaseId& lease : leases) {
      absl::SleepFor((due += gap) - absl::Now());
      v1::Progress& progress = *request.mutable_progress();
      progress.Clear();
      *progress.mutable_lease() = lease;
      progress.set_sequence(i);
      progress.set_stored(i - 1);
      progress.add_chunks(std::to_string(absl::GetCurrentTimeNanos()));
      session_.stream().Write(request);
    }
  }
}

void ChunkWorker::Settle(const std::vector<std::string>& job_ids) {
  v1::ConnectRequest request;
  for (const v1::LeaseId& lease : LeasesOf(job_ids)) {
    v1::Result& result = *request.mutable_result();
    *result.mutable_lease() = lease;
    result.set_output("null");
    result.set_credits(1);
    session_.stream().Write(request);
  }
}

}  // namespace furnace::bench
