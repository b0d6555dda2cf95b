#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "cli/rest/client.h"
#include "cli/settings.h"

namespace furnace::cli {

/// A command that could not be understood or an input that is wrong: exit 2, where
/// other errors exit 3.
absl::Status UsageError(std::string_view message);
int ExitCodeOf(const absl::Status& status);

/// One run of the command line: what the arguments chose.
struct Session {
  Settings settings;
  /// The chosen command: returns the exit code, or an error to be printed.
  std::function<absl::StatusOr<int>()> action;

  /// The gateway to talk to; a usage error when settings are wrong.
  absl::StatusOr<RestClient> Connect() const;

  /// Prints the answer's JSON, or `text` where JSON was not asked for. An error
  /// when stdout cannot take it.
  absl::StatusOr<int> Show(const Answer& answer, std::string_view text) const;
  absl::StatusOr<int> Show(std::string_view json, std::string_view text) const;
};

/// Items that a page of most lists may have.
inline constexpr std::size_t kMaxPageSize = 1000;

/// All objects of a list, over all its pages of at most `page_size`, up to `limit`.
absl::StatusOr<std::vector<Answer>> FetchAll(RestClient& client, const Target& target,
                                             std::string_view field, std::size_t limit,
                                             std::size_t page_size = kMaxPageSize);

/// {"<field>": [the items as they came]}.
std::string JoinItems(std::string_view field, const std::vector<Answer>& items);

}  // namespace furnace::cli
