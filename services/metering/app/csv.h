#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace furnace::metering {

/// `text` fit for a cell that people open in a spreadsheet: what would be taken for a formula
/// gets an apostrophe before it, and control characters become spaces. Not for numbers.
std::string CsvText(std::string_view text);

/// The cells as a line of RFC 4180, with its CR LF.
std::string CsvLine(const std::vector<std::string>& cells);

}  // namespace furnace::metering
