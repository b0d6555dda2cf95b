#pragma once

#include "absl/status/statusor.h"
#include "furnace/internal/v1/usage_service.pb.h"
#include "furnace/v1/metering_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/ledger_reader.h"
#include "services/metering/app/usage_reader.h"
#include "services/metering/app/usage_recorder.h"

namespace furnace::metering::rpc {

/// MeteringService and UsageService as plain functions. A handler checks the
/// request, calls one thing in app/ and translates the answer; it decides nothing.
/// Whose usage is read comes from the CallContext and from nowhere else.
class Handlers {
 public:
  Handlers(UsageRecorder& recorder, UsageReader& reader, LedgerReader& ledger)
      : recorder_(recorder), reader_(reader), ledger_(ledger) {}

  /// For the suite only: PERMISSION_DENIED on behalf of a project.
  absl::StatusOr<internal::v1::RecordUsageResponse> RecordUsage(
      const furnace::rpc::CallContext& call, const internal::v1::RecordUsageRequest& request);

  absl::StatusOr<v1::GetUsageResponse> GetUsage(const furnace::rpc::CallContext& call,
                                                const v1::GetUsageRequest& request);
  absl::StatusOr<v1::ListLedgerEntriesResponse> ListLedgerEntries(
      const furnace::rpc::CallContext& call, const v1::ListLedgerEntriesRequest& request);
  absl::StatusOr<v1::ListPricesResponse> ListPrices(const furnace::rpc::CallContext& call,
                                                    const v1::ListPricesRequest& request);
  absl::StatusOr<v1::GetReceiptResponse> GetReceipt(const furnace::rpc::CallContext& call,
                                                    const v1::GetReceiptRequest& request);
  absl::StatusOr<v1::ChainHead> GetChainHead(const furnace::rpc::CallContext& call,
                                             const v1::GetChainHeadRequest& request);
  absl::StatusOr<v1::ListLedgerTransactionsResponse> ListLedgerTransactions(
      const furnace::rpc::CallContext& call, const v1::ListLedgerTransactionsRequest& request);
  absl::StatusOr<v1::AuditLedgerResponse> AuditLedger(const furnace::rpc::CallContext& call,
                                                      const v1::AuditLedgerRequest& request);
  absl::StatusOr<v1::ListRefusedUsageResponse> ListRefusedUsage(
      const furnace::rpc::CallContext& call, const v1::ListRefusedUsageRequest& request);

 private:
  UsageRecorder& recorder_;
  UsageReader& reader_;
  LedgerReader& ledger_;
};

}  // namespace furnace::metering::rpc
