#include "cli/input.h"

#include <fstream>

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

}  // namespace

absl::StatusOr<std::string> LoadInput(const std::string& argument, std::istream& standard_input) {
  std::string text = argument;
  if (argument == "-") {
    text = ReadAll(standard_input);
  } else if (argument.starts_with('@')) {
    const std::string path = argument.substr(1);
    std::ifstream file(path, std::ios::binary);
    text = ReadAll(file);
    if (!file.is_open() || file.bad())
      return UsageError(fmt::format("--input: cannot read {}", path));
  }
  if (text.size() > kMaxInputBytes) return UsageError("--input: longer than 10 MiB");
  if (const absl::Status valid = json::Validate(text); !valid.ok()) {
    return UsageError(fmt::format("--input: {}", ToStd(valid.message())));
  }
  return text;
}

}  // namespace furnace::cli
