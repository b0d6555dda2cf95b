#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/credit_service.pb.h"
#include "libs/common/base/clock.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/credit_desk.h"
#include "services/metering/app/period_preview.h"

namespace furnace::metering::rpc {

/// The part of CreditService that is about grants, as plain functions.
class CreditHandlers {
 public:
  CreditHandlers(CreditDesk& desk, PeriodPreviewer& previewer, const Clock& clock)
      : desk_(desk), previewer_(previewer), clock_(clock) {}

  absl::StatusOr<v1::Grant> CreateGrant(const furnace::rpc::CallContext& call,
                                        const v1::CreateGrantRequest& request);
  absl::StatusOr<v1::Grant> VoidGrant(const furnace::rpc::CallContext& call,
                                      const v1::VoidGrantRequest& request);
  absl::StatusOr<v1::ListGrantsResponse> ListGrants(const furnace::rpc::CallContext& call,
                                                    const v1::ListGrantsRequest& request);
  absl::StatusOr<v1::PreviewPeriodResponse> PreviewPeriod(const furnace::rpc::CallContext& call,
                                                          const v1::PreviewPeriodRequest& request);

 private:
  CreditDesk& desk_;
  PeriodPreviewer& previewer_;
  const Clock& clock_;
};

}  // namespace furnace::metering::rpc
