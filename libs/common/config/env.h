// Environment variables as typed settings.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace furnace::config {

/// Reads one variable after another and collects what is wrong, so that a bad
/// environment is reported whole and not a variable at a time.
///
///   Env env(getenv);
///   env.Text("FURNACE_LISTEN", "address to serve on", &config.listen);
///   FURNACE_RETURN_IF_ERROR(env.Finish());
///
/// A target keeps its value, the default, when the variable is unset; and, except
/// for Text, when it is empty.
class Env {
 public:
  /// Looks a name up; nullptr when unset. std::getenv fits.
  using Lookup = std::function<const char*(const char*)>;

  explicit Env(Lookup lookup) : lookup_(std::move(lookup)) {}

  /// Set to nothing, it empties the target: that turns off what a default turns on.
  void Text(const char* name, std::string_view meaning, std::string* target);
  /// Must be set and not empty.
  void RequiredText(const char* name, std::string_view meaning, std::string* target);
  /// As RequiredText; its value is never shown.
  void Secret(const char* name, std::string_view meaning, std::string* target);
  /// An integer in [min, max].
  void Int(const char* name, std::string_view meaning, int min, int max, int* target);
  void Int64(const char* name, std::string_view meaning, std::int64_t min, std::int64_t max,
             std::int64_t* target);
  /// "true", "false", "1" or "0".
  void Bool(const char* name, std::string_view meaning, bool* target);
  /// As absl::ParseDuration reads it ("1.5s", "200ms"), in [min, max].
  void Duration(const char* name, std::string_view meaning, absl::Duration min, absl::Duration max,
                absl::Duration* target);

  /// Reports `status`, unless OK, as what is wrong with a variable that was read.
  void Check(const char* name, const absl::Status& status);

  /// INVALID_ARGUMENT with a line for each bad variable, or OK.
  absl::Status Finish() const;

  /// A line for each variable asked for so far: name, default, meaning.
  std::string Help() const;

 private:
  const char* Find(const char* name, std::string_view meaning, std::string_view shown_default);
  const char* FindFilled(const char* name, std::string_view meaning,
                         std::string_view shown_default);
  void Bad(const char* name, std::string_view what);

  Lookup lookup_;
  std::vector<std::string> problems_;
  std::vector<std::string> help_;
};

/// Handles --help and --version of a binary that is configured by environment.
///
/// True when the arguments asked for one of them, or are not understood; the
/// text is printed and `exit_code` is what main should return. `load` is called
/// with an Env over an empty environment, to learn the variables.
bool AnswerHelp(int argc, char** argv, std::string_view binary, std::string_view purpose,
                const std::function<void(Env&)>& load, int* exit_code);

}  // namespace furnace::config
