// Between wire types and domain types. Nothing else mentions both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "furnace/internal/v1/usage_service.pb.h"
#include "furnace/v1/metering_service.pb.h"
#include "services/metering/app/ledger_reader.h"
#include "services/metering/app/ports.h"

namespace furnace::metering::rpc {

/// Its fields unchecked, but for cause and kind, INVALID_ARGUMENT for one newer than
/// this build, and gpu_milli, which must be in its range and alone.
absl::StatusOr<UsageRecord> FromProto(const internal::v1::UsageRecord& record);

/// Microseconds since the Unix epoch, nanoseconds cut off; nullopt when not `set`.
/// INVALID_ARGUMENT, naming `field`, for what is no time of the years 1 to 9999.
absl::StatusOr<std::optional<std::int64_t>> ToMicros(bool set,
                                                     const google::protobuf::Timestamp& time,
                                                     const char* field);

/// The query that `request` asks, but for the project and the period.
/// INVALID_ARGUMENT for a malformed id or a bad grouping.
absl::StatusOr<UsageQuery> FromProto(const v1::GetUsageRequest& request);

/// `id` of `field`, nullopt when empty; INVALID_ARGUMENT when it is no UUID.
absl::StatusOr<std::optional<std::string>> OptionalUuid(const std::string& id, const char* field);

/// OUT_OF_RANGE when a sum does not fit the wire.
absl::StatusOr<v1::UsageRow> ToProto(const UsageRow& row);
absl::StatusOr<v1::LedgerEntry> ToProto(const LedgerLine& line);
v1::Price ToProto(const Price& price);
v1::PriceUnit ToProto(PriceUnit unit);
v1::Receipt ToProto(const ledger::Receipt& receipt);
v1::ChainHead ToProto(const ChainHead& head);
v1::LedgerTransaction ToProto(const ChainedTransaction& chained);
v1::AuditLedgerResponse ToProto(const AuditReport& report);
v1::RefusedUsage ToProto(const RefusedRecord& refused);

}  // namespace furnace::metering::rpc
