#pragma once

#include <cstdint>
#include <string>

#include "furnace/v1/job_service.pb.h"
#include "services/gateway/http/runpod/stream_cursors.h"

namespace furnace::gateway::http::runpod {

/// Appends what /stream answers: {"status", "stream"}, where "stream" is always there. Its
/// items are {"output", "sequence"}, but for chunks of attempts that were tried again, which
/// are void. A job that ended without an output ends its stream with an item of its own,
/// {"output":{"error":...}}, unless `from` says that it was told before, for RunPod's clients
/// look at nothing but items; and has an "error". "dropped" says how many chunks are not
/// kept any more, if any.
void WriteStream(const furnace::v1::WatchResponse& news, const StreamCursor& from,
                 std::string& out);

/// Where the answer leaves a client that was at `from`.
StreamCursor After(const furnace::v1::WatchResponse& news, const StreamCursor& from);

}  // namespace furnace::gateway::http::runpod
