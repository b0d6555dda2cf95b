#include "services/scheduler/clients/metering_usage_sink.h"

#include "libs/common/rpc/status_mapping.h"

namespace furnace::scheduler {

absl::Status MeteringUsageSink::Record(const std::vector<AttemptEnd>& attempts) {
  internal::v1::RecordUsageRequest request;
  for (const AttemptEnd& attempt : attempts) {
    internal::v1::UsageRecord& record = *request.add_records();
    record.set_job_id(attempt.lease.job_id);
    record.set_epoch(attempt.lease.epoch);
    record.set_project_id(attempt.project_id);
    record.set_endpoint_id(attempt.endpoint_id);
    record.set_worker_id(attempt.worker.worker_id);
    record.set_gpu_type(attempt.worker.gpu_type);
    record.set_gpu_count(attempt.worker.gpu_count);
    record.set_start_us(absl::ToUnixMicros(attempt.start));
    record.set_end_us(absl::ToUnixMicros(attempt.end));
    record.set_cause(static_cast<v1::FailureCause>(attempt.cause));
    record.set_cold_start_us(absl::ToInt64Microseconds(attempt.worker.cold_start));
  }
  grpc::ClientContext context;
  furnace::rpc::Prepare(context, options_);
  // A call that fails at once leaves nobody who works on the connection.
  context.set_wait_for_ready(true);
  internal::v1::RecordUsageResponse response;
  return furnace::rpc::FromGrpc(stub_->RecordUsage(&context, request, &response));
}

}  // namespace furnace::scheduler
