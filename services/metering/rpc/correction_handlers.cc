#include "services/metering/rpc/correction_handlers.h"

#include <string>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/metering/app/ledger_lines.h"
#include "services/metering/domain/decimal.h"
#include "services/metering/rpc/convert.h"
#include "services/metering/rpc/page_token.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

constexpr int kAttoDecimals = 18;
constexpr std::int64_t kMicros = 1'000'000;

// The gateway asks for the role, too: money is worth asking twice.
absl::Status CheckOperator(const CallContext& call) {
  if (call.role >= v1::ROLE_OPERATOR) return absl::OkStatus();
  return absl::PermissionDeniedError("for operators only");
}

Correction FromProto(const v1::CorrectUsageRequest& request) {
  return {.id = request.id(),
          .project_id = request.project_id(),
          .key = {request.job_id(), request.epoch()},
          .endpoint_id = request.endpoint_id(),
          .gpu_type = request.gpu_type(),
          .amount = FromNanos(request.amount_nanos()),
          .note = request.reason(),
          .reference = request.reference()};
}

absl::StatusOr<v1::Correction> ToProto(const BookedCorrection& booked) {
  const Correction& correction = booked.correction;
  v1::Correction proto;
  proto.set_project_id(correction.project_id);
  proto.set_id(correction.id);
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, ToNanos(correction.amount));
  proto.set_amount_nanos(nanos);
  proto.set_amount(Decimal(correction.amount.value, kAttoDecimals));
  proto.set_job_id(correction.key.job_id);
  proto.set_epoch(correction.key.epoch);
  proto.set_endpoint_id(correction.endpoint_id);
  proto.set_gpu_type(correction.gpu_type);
  proto.set_reason(correction.note);
  proto.set_reference(correction.reference);
  proto.set_transaction(booked.transaction);
  proto.mutable_recorded_at()->set_seconds(booked.recorded_us / kMicros);
  proto.mutable_recorded_at()->set_nanos(static_cast<int>(booked.recorded_us % kMicros) * 1'000);
  return proto;
}

// What a page token is made for: another period's does not fit.
std::string ListOf(const std::string& project_id, Span period) {
  return project_id + " " + std::to_string(period.start_us) + " " + std::to_string(period.end_us);
}

absl::StatusOr<Span> PeriodIn(const v1::ReratePeriodRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const auto start_us,
                           ToMicros(request.has_start_time(), request.start_time(), "start_time"));
  FURNACE_ASSIGN_OR_RETURN(const auto end_us,
                           ToMicros(request.has_end_time(), request.end_time(), "end_time"));
  if (!start_us) return absl::InvalidArgumentError("start_time: must be given");
  if (!end_us) return absl::InvalidArgumentError("end_time: must be given");
  return Span{*start_us, *end_us};
}

}  // namespace

absl::StatusOr<v1::Correction> CorrectionHandlers::CorrectUsage(
    const CallContext& call, const v1::CorrectUsageRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  if (!request.currency().empty() && request.currency() != "USD") {
    return absl::InvalidArgumentError("currency: must be USD");
  }
  FURNACE_ASSIGN_OR_RETURN(const BookedCorrection booked, corrector_.Correct(FromProto(request)));
  return ToProto(booked);
}

absl::StatusOr<v1::ReratePeriodResponse> CorrectionHandlers::ReratePeriod(
    const CallContext& call, const v1::ReratePeriodRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  if (!IsUuid(request.project_id())) return absl::InvalidArgumentError("project_id: not a UUID");
  FURNACE_ASSIGN_OR_RETURN(const Span period, PeriodIn(request));
  const std::string list = ListOf(request.project_id(), period);
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t after, DecodePageToken(list, request.page_token()));
  FURNACE_ASSIGN_OR_RETURN(const RerateOutcome outcome,
                           corrector_.Rerate(request.project_id(), period, PlaceOfLine(after)));
  v1::ReratePeriodResponse response;
  response.set_records(outcome.records);
  response.set_changed(outcome.changed);
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, ToNanos(outcome.difference));
  response.set_difference_nanos(nanos);
  response.set_difference(Decimal(outcome.difference.value, kAttoDecimals));
  if (!outcome.complete)
    response.set_next_page_token(EncodePageToken(list, FirstLineOf(outcome.last)));
  return response;
}

}  // namespace furnace::metering::rpc
