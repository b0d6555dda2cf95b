#include "services/metering/rpc/handlers.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/metering/app/ledger_lines.h"
#include "services/metering/rpc/convert.h"
#include "services/metering/rpc/page_token.h"

namespace furnace::metering::rpc {
namespace {

constexpr int kMaxPageSize = 1'000;
constexpr int kDefaultPageSize = 100;

absl::StatusOr<std::string> TenantOf(const furnace::rpc::CallContext& call) {
  FURNACE_ASSIGN_OR_RETURN(std::string project_id, furnace::rpc::ProjectOf(call));
  if (!IsUuid(project_id)) return absl::PermissionDeniedError("the call's project is not a UUID");
  return project_id;
}

absl::StatusOr<std::vector<UsageRecord>> RecordsOf(
    const internal::v1::RecordUsageRequest& request) {
  if (request.records().empty() || request.records_size() > kMaxRecordsOfTransaction) {
    return Error(absl::StatusCode::kInvalidArgument, "records: must be 1 to {}, not {}",
                 kMaxRecordsOfTransaction, request.records_size());
  }
  std::vector<UsageRecord> records;
  records.reserve(static_cast<std::size_t>(request.records_size()));
  for (int i = 0; i < request.records_size(); ++i) {
    absl::StatusOr<UsageRecord> record = FromProto(request.records(i));
    if (!record.ok()) {
      return Error(record.status().code(), "records[{}].{}", i, ToStd(record.status().message()));
    }
    records.push_back(*std::move(record));
  }
  return records;
}

absl::StatusOr<int> PageSizeOf(int page_size) {
  if (page_size == 0) return kDefaultPageSize;
  if (page_size < 0 || page_size > kMaxPageSize) {
    return Error(absl::StatusCode::kInvalidArgument, "page_size: must be 1 to {}, not {}",
                 kMaxPageSize, page_size);
  }
  return page_size;
}

absl::Status CheckAfter(std::int64_t number, const char* field) {
  if (number >= 0) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}: must not be negative", field);
}

}  // namespace

absl::StatusOr<internal::v1::RecordUsageResponse> Handlers::RecordUsage(
    const furnace::rpc::CallContext& call, const internal::v1::RecordUsageRequest& request) {
  if (!call.project_id.empty()) {
    return absl::PermissionDeniedError("usage is recorded by the suite, not by projects");
  }
  FURNACE_ASSIGN_OR_RETURN(std::vector<UsageRecord> records, RecordsOf(request));

  FURNACE_ASSIGN_OR_RETURN(const int recorded, recorder_.Record(std::move(records)));

  internal::v1::RecordUsageResponse response;
  response.set_recorded(recorded);
  return response;
}

absl::StatusOr<v1::GetUsageResponse> Handlers::GetUsage(const furnace::rpc::CallContext& call,
                                                        const v1::GetUsageRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(UsageQuery query, FromProto(request));
  FURNACE_ASSIGN_OR_RETURN(query.project_id, TenantOf(call));
  FURNACE_ASSIGN_OR_RETURN(const auto start_us,
                           ToMicros(request.has_start_time(), request.start_time(), "start_time"));
  FURNACE_ASSIGN_OR_RETURN(const auto end_us,
                           ToMicros(request.has_end_time(), request.end_time(), "end_time"));

  FURNACE_ASSIGN_OR_RETURN(const UsageReport report,
                           reader_.Report(std::move(query), start_us, end_us));

  v1::GetUsageResponse response;
  for (const UsageRow& row : report.rows) {
    FURNACE_ASSIGN_OR_RETURN(*response.add_rows(), ToProto(row));
  }
  FURNACE_ASSIGN_OR_RETURN(*response.mutable_total(), ToProto(UsageRow{.sums = report.total}));
  return response;
}

absl::StatusOr<v1::ListLedgerEntriesResponse> Handlers::ListLedgerEntries(
    const furnace::rpc::CallContext& call, const v1::ListLedgerEntriesRequest& request) {
  LedgerQuery query;
  FURNACE_ASSIGN_OR_RETURN(query.project_id, TenantOf(call));
  FURNACE_ASSIGN_OR_RETURN(query.job_id, OptionalUuid(request.job_id(), "job_id"));
  FURNACE_ASSIGN_OR_RETURN(const int page_size, PageSizeOf(request.page_size()));
  FURNACE_ASSIGN_OR_RETURN(query.after_id, DecodePageToken(request.job_id(), request.page_token()));
  query.limit = page_size + 1;  // One more tells whether there is another page.

  FURNACE_ASSIGN_OR_RETURN(std::vector<LedgerLine> lines, reader_.ListLines(query));

  v1::ListLedgerEntriesResponse response;
  if (lines.size() > static_cast<std::size_t>(page_size)) {
    lines.pop_back();
    response.set_next_page_token(EncodePageToken(request.job_id(), lines.back().id));
  }
  for (const LedgerLine& line : lines) {
    FURNACE_ASSIGN_OR_RETURN(*response.add_entries(), ToProto(line));
  }
  return response;
}

absl::StatusOr<v1::ListPricesResponse> Handlers::ListPrices(const furnace::rpc::CallContext& call,
                                                            const v1::ListPricesRequest&) {
  FURNACE_ASSIGN_OR_RETURN(const UsageReader::PricesNow now, reader_.ListPrices(call.project_id));
  v1::ListPricesResponse response;
  for (const Price& price : now.lines) *response.add_prices() = ToProto(price);
  response.set_version(now.version);
  return response;
}

absl::StatusOr<v1::GetReceiptResponse> Handlers::GetReceipt(const furnace::rpc::CallContext& call,
                                                            const v1::GetReceiptRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, TenantOf(call));
  if (!IsUuid(request.job_id())) return absl::InvalidArgumentError("job_id: not a UUID");
  FURNACE_ASSIGN_OR_RETURN(const auto receipts, ledger_.Receipts(project_id, request.job_id()));
  v1::GetReceiptResponse response;
  for (const ledger::Receipt& receipt : receipts) *response.add_receipts() = ToProto(receipt);
  return response;
}

absl::StatusOr<v1::ChainHead> Handlers::GetChainHead(const furnace::rpc::CallContext& call,
                                                     const v1::GetChainHeadRequest&) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, TenantOf(call));
  FURNACE_ASSIGN_OR_RETURN(const ChainHead head, ledger_.Head(project_id));
  return ToProto(head);
}

absl::StatusOr<v1::ListLedgerTransactionsResponse> Handlers::ListLedgerTransactions(
    const furnace::rpc::CallContext& call, const v1::ListLedgerTransactionsRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, TenantOf(call));
  FURNACE_ASSIGN_OR_RETURN(const int page_size, PageSizeOf(request.page_size()));
  FURNACE_RETURN_IF_ERROR(CheckAfter(request.after_number(), "after_number"));
  FURNACE_ASSIGN_OR_RETURN(const auto transactions,
                           ledger_.Transactions(project_id, request.after_number(), page_size));
  v1::ListLedgerTransactionsResponse response;
  for (const ChainedTransaction& chained : transactions) {
    *response.add_transactions() = ToProto(chained);
  }
  return response;
}

absl::StatusOr<v1::AuditLedgerResponse> Handlers::AuditLedger(
    const furnace::rpc::CallContext& call, const v1::AuditLedgerRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, TenantOf(call));
  FURNACE_RETURN_IF_ERROR(CheckAfter(request.after_number(), "after_number"));
  FURNACE_ASSIGN_OR_RETURN(const auto start_us,
                           ToMicros(request.has_start_time(), request.start_time(), "start_time"));
  FURNACE_ASSIGN_OR_RETURN(const auto end_us,
                           ToMicros(request.has_end_time(), request.end_time(), "end_time"));
  const Span period{start_us.value_or(0),
                    end_us.value_or(std::numeric_limits<std::int64_t>::max())};
  if (period.end_us < period.start_us) {
    return absl::InvalidArgumentError("end_time: before start_time");
  }
  FURNACE_ASSIGN_OR_RETURN(const AuditReport report,
                           ledger_.Audit(project_id, period, request.after_number()));
  return ToProto(report);
}

absl::StatusOr<v1::ListRefusedUsageResponse> Handlers::ListRefusedUsage(
    const furnace::rpc::CallContext& call, const v1::ListRefusedUsageRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, TenantOf(call));
  FURNACE_ASSIGN_OR_RETURN(const int page_size, PageSizeOf(request.page_size()));
  FURNACE_RETURN_IF_ERROR(CheckAfter(request.after_id(), "after_id"));
  FURNACE_ASSIGN_OR_RETURN(const auto refused,
                           ledger_.Refused(project_id, request.after_id(), page_size));
  v1::ListRefusedUsageResponse response;
  for (const RefusedRecord& record : refused) *response.add_records() = ToProto(record);
  return response;
}

}  // namespace furnace::metering::rpc
