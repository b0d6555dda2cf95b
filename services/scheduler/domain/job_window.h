// Time windows as jobs have them: in their affinity class.
#pragma once

#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "services/scheduler/domain/autoscale.h"

namespace furnace::scheduler {

/// Whether a window, see ParseTimeWindow, is open; not one that makes no sense here, for
/// this machine does not know its time zone.
bool IsOpen(std::string_view window, absl::Time now);

/// The window of a job's affinity class, or nothing.
std::string_view WindowOf(std::string_view affinity_class);

/// The queue without the jobs whose window is closed. Those of one that is open have
/// waited since it opened at most.
QueueSnapshot WithoutClosed(QueueSnapshot queue, absl::Time now);

}  // namespace furnace::scheduler
