#include "libs/common/config/env.h"

#include <fmt/format.h>
#include <sysexits.h>

#include <charconv>

#include "libs/common/base/status.h"

namespace furnace::config {

const char* Env::Find(const char* name, std::string_view meaning, std::string_view shown_default) {
  help_.push_back(fmt::format("  {:<38} {} (default: {})", name, meaning,
                              shown_default.empty() ? "none" : shown_default));
  return lookup_(name);
}

const char* Env::FindFilled(const char* name, std::string_view meaning,
                            std::string_view shown_default) {
  const char* value = Find(name, meaning, shown_default);
  return value == nullptr || *value == '\0' ? nullptr : value;
}

void Env::Bad(const char* name, std::string_view what) {
  problems_.push_back(fmt::format("{}: {}", name, what));
}

void Env::Text(const char* name, std::string_view meaning, std::string* target) {
  if (const char* value = Find(name, meaning, *target)) *target = value;
}

void Env::RequiredText(const char* name, std::string_view meaning, std::string* target) {
  if (const char* value = FindFilled(name, meaning, "required")) {
    *target = value;
  } else {
    Bad(name, "required");
  }
}

void Env::Secret(const char* name, std::string_view meaning, std::string* target) {
  RequiredText(name, meaning, target);
}

void Env::Int(const char* name, std::string_view meaning, int min, int max, int* target) {
  std::int64_t value = *target;
  Int64(name, meaning, min, max, &value);
  *target = static_cast<int>(value);
}

void Env::Int64(const char* name, std::string_view meaning, std::int64_t min, std::int64_t max,
                std::int64_t* target) {
  const char* value = FindFilled(name, meaning, std::to_string(*target));
  if (value == nullptr) return;
  const std::string_view text(value);
  std::int64_t parsed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (error != std::errc() || end != text.data() + text.size() || parsed < min || parsed > max) {
    Bad(name, fmt::format("'{}' is not an integer from {} to {}", text, min, max));
    return;
  }
  *target = parsed;
}

void Env::Bool(const char* name, std::string_view meaning, bool* target) {
  const char* value = FindFilled(name, meaning, *target ? "true" : "false");
  if (value == nullptr) return;
  const std::string_view text(value);
  if (text == "true" || text == "1") {
    *target = true;
  } else if (text == "false" || text == "0") {
    *target = false;
  } else {
    Bad(name, fmt::format("'{}' is neither true nor false", text));
  }
}

void Env::Duration(const char* name, std::string_view meaning, absl::Duration min,
                   absl::Duration max, absl::Duration* target) {
  const char* value = FindFilled(name, meaning, absl::FormatDuration(*target));
  if (value == nullptr) return;
  absl::Duration parsed;
  if (!absl::ParseDuration(value, &parsed) || parsed < min || parsed > max) {
    Bad(name, fmt::format("'{}' is not a duration from {} to {}", value, absl::FormatDuration(min),
                          absl::FormatDuration(max)));
    return;
  }
  *target = parsed;
}

void Env::Check(const char* name, const absl::Status& status) {
  if (!status.ok()) Bad(name, ToStd(status.message()));
}

absl::Status Env::Finish() const {
  if (problems_.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}", fmt::join(problems_, "\n"));
}

std::string Env::Help() const { return fmt::format("{}\n", fmt::join(help_, "\n")); }

bool AnswerHelp(int argc, char** argv, std::string_view binary, std::string_view purpose,
                const std::function<void(Env&)>& load, int* exit_code) {
  if (argc <= 1) return false;
  const std::string_view argument(argv[1]);
  if (argument == "--version") {
    fmt::print("{} {}\n", binary, FURNACE_VERSION);
    *exit_code = EX_OK;
    return true;
  }
  Env env([](const char*) { return nullptr; });
  load(env);
  const bool asked = argument == "--help" || argument == "-h";
  fmt::print(asked ? stdout : stderr,
             "{}{}: {}\n\nusage: {} [--help | --version]\n\nEnvironment:\n{}",
             asked ? "" : fmt::format("unknown argument: {}\n", argument), binary, purpose, binary,
             env.Help());
  *exit_code = asked ? EX_OK : EX_USAGE;
  return true;
}

}  // namespace furnace::config
