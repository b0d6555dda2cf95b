#pragma once

#include "absl/status/statusor.h"
#include "furnace/internal/v1/usage_service.pb.h"
#include "furnace/v1/metering_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/usage_reader.h"
#include "services/metering/app/usage_recorder.h"

namespace furnace::metering::rpc {

/// MeteringService and UsageService as plain functions. A handler checks the
/// request, calls one thing in app/ and translates the answer; it decides nothing.
/// Whose usage is read comes from the CallContext and from nowhere else.
class Handlers {
 public:
  Handlers(UsageRecorder& recorder, UsageReader& reader) : recorder_(recorder), reader_(reader) {}

  /// For the suite only: PERMISSION_DENIED on behalf of a project.
  absl::StatusOr<internal::v1::RecordUsageResponse> RecordUsage(
      const furnace::rpc::CallContext& call, const internal::v1::RecordUsageRequest& request);

  absl::StatusOr<v1::GetUsageResponse> GetUsage(const furnace::rpc::CallContext& call,
                                                const v1::GetUsageRequest& request);
  absl::StatusOr<v1::ListLedgerEntriesResponse> ListLedgerEntries(
      const furnace::rpc::CallContext& call, const v1::ListLedgerEntriesRequest& request);
  absl::StatusOr<v1::ListPricesResponse> ListPrices(const furnace::rpc::CallContext& call,
                                                    const v1::ListPricesRequest& request);

 private:
  UsageRecorder& recorder_;
  UsageReader& reader_;
};

}  // namespace furnace::metering::rpc
