// Jobs in the shapes that RunPod's clients and receivers of webhooks know.
#pragma once

#include <string>
#include <string_view>

#include "furnace/v1/job.pb.h"

namespace furnace::proto_json {

/// COMPLETED, FAILED, TIMED_OUT and CANCELLED.
bool IsFinal(const furnace::v1::Job& job);

/// "IN_QUEUE" and so on: what waits for whatever reason is IN_QUEUE.
std::string_view RunPodStatus(const furnace::v1::Job& job);

/// Why a final job has no output; never empty, unless it is COMPLETED.
std::string RunPodError(const furnace::v1::Job& job);

/// Appends what /status answers of a job that the client calls `id`: id and status, and
/// with these, as far as the job has got: delayTime and executionTime in milliseconds,
/// workerId, retries, output (the last progress report while it is IN_PROGRESS), error.
/// Of a job that waits also `waiting`, which is Job.waiting. A job with an output_url has that
/// in place of its output, and one whose attempts are known `attempts`, an array of at least
/// one {attempt, workerId, gpuType, startedAt, endedAt, cause, error}, without what is not set.
void WriteRunPodJob(const furnace::v1::Job& job, std::string_view id, std::string& out);

}  // namespace furnace::proto_json
