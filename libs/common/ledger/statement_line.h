// A line of a canonical text, for the readers of each kind of text.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/ledger/statement.h"
#include "libs/common/ledger/text_reader.h"

namespace furnace::ledger {

/// The next line, which is a "line". INVALID_ARGUMENT when it is not.
absl::StatusOr<StatementLine> ReadLine(TextReader& reader);

/// FAILED_PRECONDITION that names line `index`.
absl::Status WrongLine(std::size_t index, std::string_view what);

/// FAILED_PRECONDITION unless line `index`'s amount is its price times its quantity, and that is
/// what was held for that long, which one that is reversed takes back.
absl::Status CheckLine(const Statement& statement, std::size_t index, bool may_be_reversed);

}  // namespace furnace::ledger
