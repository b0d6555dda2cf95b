#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace furnace::gateway {

/// How the gateway makes its links to outputs.
struct OutputLinkSettings {
  std::string secret;      // Whoever knows it can make links; the same in all gateways.
  std::string public_url;  // What links begin with, without a slash at its end; may be empty.
  absl::Duration ttl = absl::Hours(1);  // How long a link holds, at most kMaxLinkTtl.
};

inline constexpr absl::Duration kMaxLinkTtl = absl::Hours(24 * 7);

/// What a link says, as it came.
struct OutputLink {
  std::string_view job_id;
  std::string_view project_id;
  std::string_view expires;    // Unix seconds.
  std::string_view signature;  // HMAC-SHA256 over the others, in hex.
};

/// Links by which anybody can fetch the output of one job for a while. Immutable.
class OutputLinks {
 public:
  explicit OutputLinks(OutputLinkSettings settings) : settings_(std::move(settings)) {}

  /// A link to the output of a job of the project, from `now` on:
  /// "<public_url>/v1/jobs/<job>/output?project=...&expires=...&signature=...".
  std::string Make(std::string_view job_id, std::string_view project_id, absl::Time now) const;

  /// Whether a link is one that Make has made and still holds. Takes as long for a wrong
  /// signature as for a right one.
  bool Admits(const OutputLink& link, absl::Time now) const;

 private:
  std::string Sign(const OutputLink& link) const;

  const OutputLinkSettings settings_;
};

}  // namespace furnace::gateway
