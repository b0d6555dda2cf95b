#include "services/scheduler/clients/metering_usage_sink.h"

#include <utility>

#include "libs/common/rpc/status_mapping.h"
#include "services/scheduler/domain/attribution.h"

namespace furnace::scheduler {

namespace {

// What an attempt, a part and a slice have in common.
template <typename Usage>
internal::v1::UsageRecord RecordOf(const Usage& usage) {
  internal::v1::UsageRecord record;
  record.set_project_id(usage.project_id);
  record.set_endpoint_id(usage.endpoint_id);
  record.set_worker_id(usage.worker.worker_id);
  record.set_gpu_type(usage.worker.gpu_type);
  record.set_gpu_count(usage.worker.gpu_count);
  return record;
}

// What an attempt and a part have in common besides.
template <typename Usage>
internal::v1::UsageRecord RecordOfLease(const Usage& usage) {
  internal::v1::UsageRecord record = RecordOf(usage);
  record.set_job_id(usage.lease.job_id);
  record.set_epoch(usage.lease.epoch);
  record.set_cold_start_us(absl::ToInt64Microseconds(usage.worker.cold_start));
  Attribution attribution = ParseAttribution(usage.attribution);
  record.set_api_key_id(std::move(attribution.api_key_id));
  record.mutable_tags()->insert(attribution.tags.begin(), attribution.tags.end());
  return record;
}

// What the end of an attempt has to say after its parts.
void KeepRest(const ReportedParts& reported, internal::v1::UsageRecord& record) {
  record.set_part(reported.count + 1);
  record.set_start_us(absl::ToUnixMicros(reported.until));
  record.set_cold_start_us(0);
}

}  // namespace

absl::Status MeteringUsageSink::Record(const std::vector<AttemptEnd>& attempts) {
  internal::v1::RecordUsageRequest request;
  for (const AttemptEnd& attempt : attempts) {
    internal::v1::UsageRecord& record = *request.add_records();
    record = RecordOfLease(attempt);
    record.set_kind(internal::v1::USAGE_KIND_ATTEMPT);
    record.set_start_us(absl::ToUnixMicros(attempt.start));
    record.set_end_us(absl::ToUnixMicros(attempt.end));
    record.set_cause(static_cast<v1::FailureCause>(attempt.cause));
    if (attempt.reported.count > 0) KeepRest(attempt.reported, record);
    record.set_warm(attempt.covered);
    record.set_covered(attempt.covered);
    record.set_tokens(attempt.tokens);
  }
  return Send(request);
}

absl::Status MeteringUsageSink::RecordParts(const std::vector<AttemptPart>& parts) {
  internal::v1::RecordUsageRequest request;
  for (const AttemptPart& each : parts) {
    internal::v1::UsageRecord& record = *request.add_records();
    record = RecordOfLease(each);
    record.set_part(each.part.number);
    record.set_kind(each.taken_back == FailureCause::kNone ? internal::v1::USAGE_KIND_PART
                                                           : internal::v1::USAGE_KIND_REFUND);
    record.set_start_us(absl::ToUnixMicros(each.part.start));
    record.set_end_us(absl::ToUnixMicros(each.part.end));
    record.set_cause(static_cast<v1::FailureCause>(each.taken_back));
  }
  return Send(request);
}

absl::Status MeteringUsageSink::RecordSlices(const std::vector<WorkerSlice>& slices) {
  internal::v1::RecordUsageRequest request;
  for (const WorkerSlice& slice : slices) {
    internal::v1::UsageRecord& record = *request.add_records();
    record = RecordOf(slice);
    record.set_job_id(slice.life_id);
    record.set_epoch(slice.slice.number);
    record.set_kind(internal::v1::USAGE_KIND_WORKER);
    record.set_start_us(absl::ToUnixMicros(slice.slice.start));
    record.set_end_us(absl::ToUnixMicros(slice.slice.end));
    record.set_warm(true);
  }
  return Send(request);
}

absl::Status MeteringUsageSink::Send(const internal::v1::RecordUsageRequest& request) {
  grpc::ClientContext context;
  furnace::rpc::Prepare(context, options_);
  // A call that fails at once leaves nobody who works on the connection.
  context.set_wait_for_ready(true);
  internal::v1::RecordUsageResponse response;
  return furnace::rpc::FromGrpc(stub_->RecordUsage(&context, request, &response));
}

}  // namespace furnace::scheduler
