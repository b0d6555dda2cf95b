#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/correction_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/corrector.h"

namespace furnace::metering::rpc {

/// CorrectionService as plain functions. All are for operators: PERMISSION_DENIED for others.
class CorrectionHandlers {
 public:
  explicit CorrectionHandlers(Corrector& corrector) : corrector_(corrector) {}

  absl::StatusOr<v1::Correction> CorrectUsage(const furnace::rpc::CallContext& call,
                                              const v1::CorrectUsageRequest& request);
  absl::StatusOr<v1::ReratePeriodResponse> ReratePeriod(const furnace::rpc::CallContext& call,
                                                        const v1::ReratePeriodRequest& request);

 private:
  Corrector& corrector_;
};

}  // namespace furnace::metering::rpc
