#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "absl/time/time.h"

namespace furnace::worker {

/// Release of the RunPod SDK that a handler is built on.
struct SdkVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;

  bool operator==(const SdkVersion&) const = default;
  bool operator<(const SdkVersion& other) const {
    return std::tie(major, minor, patch) < std::tie(other.major, other.minor, other.patch);
  }
};

/// The release in "RunPod-Python-SDK/1.7.4 (...) ...", or nullopt.
std::optional<SdkVersion> ParseUserAgent(std::string_view user_agent);

/// Whether the User-Agent is that of a RunPod SDK, be its release known or not: such a
/// handler asks for as many jobs as it has free slots.
bool IsRunPodSdk(std::string_view user_agent);

/// How to treat a handler, given what it is built on.
struct SdkPolicy {
  /// How long a take is left open. Releases 1.7.3 to 1.7.6 may give up after 30 s, later
  /// ones after 90 s.
  absl::Duration hold = absl::Seconds(25);
  /// Whether a take of one job may be answered with an array of several, which it then
  /// runs one after another. Releases before 1.7.4 break on arrays.
  bool takes_arrays = false;
  /// Whether its heartbeats list its own jobs. Releases 1.7.11 to 1.10.0 may share
  /// the list between workers, through a network volume.
  bool pings_are_its_own = true;
};

/// The policy for a release; nullopt: some other program.
SdkPolicy PolicyFor(std::optional<SdkVersion> version);

}  // namespace furnace::worker
