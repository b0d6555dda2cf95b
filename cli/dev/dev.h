#pragma once

#include "absl/status/status.h"
#include "cli/dev/layout.h"

namespace furnace::dev {

/// `furnace dev`: runs the whole suite on this machine until SIGINT, SIGTERM or
/// SIGHUP, and leaves no process behind, however it ends.
///
/// OK after an orderly stop, also one in the middle of the start. Other errors say
/// what could not be started, with the end of its log.
absl::Status RunDev(const Options& options);

}  // namespace furnace::dev
