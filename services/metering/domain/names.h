// The names of the domain's enumerations: in the schema and in the canonical texts.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "services/metering/domain/billing.h"
#include "services/metering/domain/pricing.h"
#include "services/metering/domain/terms.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

std::string_view NameOf(Cause cause);
std::string_view NameOf(UsageKind kind);
std::string_view NameOf(Account account);
std::string_view NameOf(EntryKind kind);
std::string_view NameOf(PriceUnit unit);
std::string_view NameOf(TermKind kind);

/// INTERNAL for a name that this build does not know.
absl::StatusOr<Cause> ParseCause(std::string_view name);
absl::StatusOr<UsageKind> ParseUsageKind(std::string_view name);
absl::StatusOr<Account> ParseAccount(std::string_view name);
absl::StatusOr<EntryKind> ParseEntryKind(std::string_view name);
absl::StatusOr<PriceUnit> ParsePriceUnit(std::string_view name);
absl::StatusOr<TermKind> ParseTermKind(std::string_view name);

}  // namespace furnace::metering
