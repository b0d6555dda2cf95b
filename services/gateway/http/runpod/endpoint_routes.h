// The routes of an endpoint as a whole; see docs/runpod.md for what they answer.
#pragma once

#include "services/gateway/http/runpod/visit.h"

namespace furnace::gateway::http::runpod {

/// POST /purge-queue: cancels what does not run.
void PurgeQueue(const Services& services, const VisitPtr& visit);

/// GET /health
void Health(const Services& services, const VisitPtr& visit);

/// GET /requests?limit=&page_token=: the endpoint's jobs, newest first.
void Requests(const Services& services, const VisitPtr& visit);

/// GET /metrics
void Metrics(const Services& services, const VisitPtr& visit);

}  // namespace furnace::gateway::http::runpod
