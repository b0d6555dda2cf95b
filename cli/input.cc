#include "cli/input.h"

#include <fstream>
#include <optional>
#include <sstream>

#include "cli/session.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

// One byte more than is allowed, so that too much is noticed and not cut.
std::string ReadAll(std::istream& stream) {
  std::string text(kMaxInputBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

// The text of FILE, or nullopt.
std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text = ReadAll(file);
  if (!file.is_open() || file.bad()) return std::nullopt;
  return text;
}

}  // namespace

absl::StatusOr<std::string> LoadInput(const std::string& argument, std::istream& standard_input) {
  std::string text = argument;
  if (argument == "-") {
    text = ReadAll(standard_input);
  } else if (argument.starts_with('@')) {
    const std::optional<std::string> file = ReadFile(argument.substr(1));
    if (!file) return UsageError(fmt::format("--input: cannot read {}", argument.substr(1)));
    text = *file;
  }
  if (text.size() > kMaxInputBytes) return UsageError("--input: longer than 10 MiB");
  if (const absl::Status valid = json::Validate(text); !valid.ok()) {
    return UsageError(fmt::format("--input: {}", ToStd(valid.message())));
  }
  return text;
}

absl::StatusOr<std::vector<std::string>> LoadLines(const std::string& argument,
                                                   std::istream& standard_input) {
  std::optional<std::string> text;
  if (argument == "-") text = ReadAll(standard_input);
  if (argument.starts_with('@')) text = ReadFile(argument.substr(1));
  if (!text) return UsageError(fmt::format("cannot read {}: not @FILE or -", argument));
  if (text->size() > kMaxInputBytes) return UsageError("the inputs: longer than 10 MiB");
  std::vector<std::string> lines;
  std::istringstream stream(*text);
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (const absl::Status valid = json::Validate(line); !valid.ok()) {
      return UsageError(fmt::format("line {}: {}", number, ToStd(valid.message())));
    }
    lines.push_back(line);
  }
  if (!lines.empty() && lines.size() <= kMaxLines) return lines;
  return UsageError(fmt::format("{} inputs: not from 1 to {}", lines.size(), kMaxLines));
}

}  // namespace furnace::cli
