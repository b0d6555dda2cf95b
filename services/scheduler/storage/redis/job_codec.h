#pragma once

#include <hiredis/hiredis.h>

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/common/redis/client.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// A job as read_jobs.lua returns it: {hash, input, chunks}. nullopt when it is not
/// live; INTERNAL when the hash makes no sense.
absl::StatusOr<std::optional<JobRecord>> DecodeJob(const std::string& id, const redisReply& reply);

/// Fields and values of a job's hash, without its score, input and chunks.
redis::Client::Words EncodeJob(const JobRecord& record);

}  // namespace furnace::scheduler
