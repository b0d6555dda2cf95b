// The routes of one job; see docs/runpod.md for what they answer.
#pragma once

#include "services/gateway/http/runpod/visit.h"

namespace furnace::gateway::http::runpod {

/// POST /run: queues a job.
void Run(const Services& services, const VisitPtr& visit);

/// POST /runsync: queues a job and waits for its end.
void RunSync(const Services& services, const VisitPtr& visit);

/// /status/{job_id}: the job as it is now.
void Status(const Services& services, const VisitPtr& visit);

/// /status-sync/{job_id}: waits for the job's end.
void StatusSync(const Services& services, const VisitPtr& visit);

/// POST /cancel/{job_id}
void Cancel(const Services& services, const VisitPtr& visit);

/// POST /retry/{job_id}: queues a job that FAILED or TIMED_OUT again.
void Retry(const Services& services, const VisitPtr& visit);

}  // namespace furnace::gateway::http::runpod
