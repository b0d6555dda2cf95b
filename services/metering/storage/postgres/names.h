// The schema's names for the domain's enumerations.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/metering/domain/billing.h"
#include "services/metering/domain/pricing.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

std::string NameOf(Cause cause);
std::string NameOf(Account account);
std::string NameOf(EntryKind kind);

/// INTERNAL for a name that this build does not know.
absl::StatusOr<Cause> ParseCause(std::string_view name);
absl::StatusOr<EntryKind> ParseEntryKind(std::string_view name);
absl::StatusOr<PriceUnit> ParsePriceUnit(std::string_view name);

}  // namespace furnace::metering
