#pragma once

#include <string>
#include <string_view>

namespace furnace::cli {

/// Whether people look at stdout or stderr and want colours there: it is a
/// terminal, TERM is not "dumb", and NO_COLOR is not set (no-color.org).
bool StdoutIsTerminal();
bool StderrIsTerminal();

enum class Colour { kGreen, kRed, kYellow, kCyan, kBold };

/// `text` in a colour, or as it is when `enabled` is false.
std::string Coloured(std::string_view text, Colour colour, bool enabled);

/// A job's status in the colour that says how it does.
std::string ColouredStatus(std::string_view status, bool enabled);

/// Writes text to stdout; whether all of it could be written.
bool WriteOut(std::string_view text);

}  // namespace furnace::cli
