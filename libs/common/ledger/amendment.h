// The canonical texts of what is booked besides usage: corrections, and records rated again.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/ledger/statement.h"

namespace furnace::ledger {

/// Whether `text` claims to be one of these, by its first line.
bool IsAmendment(std::string_view text);

/// The amendment. INVALID_ARGUMENT when
/// `text` is no canonical text of one.
absl::StatusOr<Statement> ParseAmendment(std::string_view text);

/// FAILED_PRECONDITION, naming the line, unless a rerating takes back and charges the same time
/// or bytes of its record, each amount being its price times its quantity.
absl::Status CheckAmendment(const Statement& statement);

}  // namespace furnace::ledger
