#pragma once

#include <sys/types.h>

#include "services/worker/domain/gpu.h"

namespace furnace::worker {

/// What `pid` is to the handler, whose process group is led by `handler` (none: 0 or less):
/// of the group, or a descendant. Reads /proc.
GpuProcess::Kin KinOf(pid_t pid, pid_t handler);

}  // namespace furnace::worker
