#include "cli/print/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace furnace::cli {
namespace {

bool IsTerminal(int fd) {
  const char* term = std::getenv("TERM");
  const char* no_colour = std::getenv("NO_COLOR");
  return isatty(fd) != 0 && (no_colour == nullptr || *no_colour == '\0') && term != nullptr &&
         std::string_view(term) != "dumb";
}

int Code(Colour colour) {
  switch (colour) {
    case Colour::kGreen: return 32;
    case Colour::kRed: return 31;
    case Colour::kYellow: return 33;
    case Colour::kCyan: return 36;
    case Colour::kBold: break;
  }
  return 1;
}

}  // namespace

bool StdoutIsTerminal() { return IsTerminal(STDOUT_FILENO); }
bool StderrIsTerminal() { return IsTerminal(STDERR_FILENO); }

std::string Coloured(std::string_view text, Colour colour, bool enabled) {
  if (!enabled) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", Code(colour), text);
}

std::string ColouredStatus(std::string_view status, bool enabled) {
  if (status == "COMPLETED") return Coloured(status, Colour::kGreen, enabled);
  if (status == "FAILED" || status == "TIMED_OUT") return Coloured(status, Colour::kRed, enabled);
  if (status == "IN_PROGRESS") return Coloured(status, Colour::kCyan, enabled);
  return Coloured(status, Colour::kYellow, enabled);
}

bool WriteOut(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

}  // namespace furnace::cli
