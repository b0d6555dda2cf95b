// The border between the agent's words and the wire's.
#pragma once

#include <cstddef>
#include <vector>

#include "furnace/v1/worker_service.pb.h"
#include "services/worker/app/messages.h"
#include "services/worker/app/ports.h"

namespace furnace::worker {

furnace::v1::ConnectRequest ToProto(const Hello& hello);
furnace::v1::ConnectRequest ToProto(const Message& message);

/// About how many bytes of payload it carries.
std::size_t SizeOf(const Message& message);

LeaseId FromProto(const furnace::v1::LeaseId& lease);

/// Reports what the scheduler said. Jobs whose ids cannot be file names are
/// dropped; what we do not understand is ignored.
void Deliver(furnace::v1::ConnectResponse response, SchedulerEvents& events);

}  // namespace furnace::worker
