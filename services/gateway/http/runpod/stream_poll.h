#pragma once

#include "services/gateway/http/runpod/visit.h"

namespace furnace::gateway::http::runpod {

/// For so long /stream waits for news where the client does not say: RunPod's own 10 s is
/// just what its Python client waits for.
inline constexpr absl::Duration kStreamHold = absl::Seconds(8);

/// Answers /stream: with what the job has yielded since the client's last call, at once if
/// there is anything or the job is final, else as soon as there is, at the latest when the
/// hold is over. The answer that first shows a final status has all chunks that remain.
///
/// The client's place is kept in `services.cursors`, unless it says it itself (after=), and
/// moves on when the answer is with the network: a client that leaves before that misses
/// nothing by it.
void PollStream(const Services& services, const VisitPtr& visit);

}  // namespace furnace::gateway::http::runpod
