#pragma once

#include <hiredis/hiredis.h>

#include "absl/status/statusor.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// An entry of a shard's event stream, as XRANGE returns it: {id, {field, value...}}.
/// INTERNAL when it makes no sense.
absl::StatusOr<JobEvent> DecodeEvent(const redisReply& entry);

}  // namespace furnace::scheduler
