#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli/rest/client.h"

namespace furnace::cli {

/// What every command takes.
struct Settings {
  std::string url;      // As given; empty: look elsewhere.
  std::string api_key;  // As given; empty: look elsewhere.
  bool json = false;    // Print JSON for scripts in place of text for people.
};

/// Looks an environment variable up; nullptr when unset. std::getenv fits.
using EnvLookup = std::function<const char*(const char*)>;

/// The gateway that the settings, else FURNACE_URL and FURNACE_API_KEY, else the
/// `url` and `api-key` files that `furnace dev` keeps in `dev_folder`, else
/// http://127.0.0.1:4210 without a key, stand for.
///
/// The key in `dev_folder` is sent to this machine only. INVALID_ARGUMENT for what
/// is no http:// or https:// address, or a key that is no printable word.
absl::StatusOr<Gateway> ResolveGateway(const Settings& settings, const EnvLookup& env,
                                       const std::string& dev_folder);

/// Whether a URL's host is this machine's loopback.
bool IsLoopback(std::string_view url);

}  // namespace furnace::cli
