#include "services/scheduler/rpc/waiting_calls.h"

#include "services/scheduler/rpc/convert.h"

namespace furnace::scheduler::rpc {

void FinalWatcher::SetLatest(JobRecord record) {
  MutexLock lock(mutex_);
  if (!latest_.ok() || latest_->job.version < record.job.version) latest_ = std::move(record);
}

bool FinalWatcher::OnJob(const JobRecord& record) {
  if (at_once_ || IsFinal(record.job.status)) {
    answer_(record);
    return false;
  }
  SetLatest(record);
  return true;
}

void FinalWatcher::OnTimeout() {
  absl::StatusOr<JobRecord> latest;
  {
    MutexLock lock(mutex_);
    latest = latest_;
  }
  answer_(std::move(latest));
}

bool StreamWatcher::OnJob(const JobRecord& record) {
  const bool open = call_->Push(ToWatchResponse(record));
  if (IsFinal(record.job.status)) call_->Close(grpc::Status::OK);
  return open;
}

void StreamWatcher::OnError(const absl::Status& status) {
  call_->Close(furnace::rpc::ReportToGrpc(status, "WatchRequest"));
}

void StreamWatcher::OnTimeout() {
  call_->Close({grpc::StatusCode::UNAVAILABLE, "this watch is over; watch again"});
}

}  // namespace furnace::scheduler::rpc
