#pragma once

#include <hiredis/hiredis.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/redis/client.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// A job as read_jobs.lua returns it: {hash, input, chunks}. nullopt when it is not
/// live; INTERNAL when the hash makes no sense.
absl::StatusOr<std::optional<JobRecord>> DecodeJob(const std::string& id, const redisReply& reply);

/// Field dp of a job's hash; empty when the job depends on nothing.
std::string EncodeDependencies(const std::vector<std::string>& depends_on, ParentFailure policy,
                               bool refers_to_outputs);

/// Fills in what field dp of a job's hash says; an empty text says nothing.
void DecodeDependencies(std::string_view text, Job& job);

/// Fields and values of a job's hash, without its score, input and chunks.
redis::Client::Words EncodeJob(const JobRecord& record);

}  // namespace furnace::scheduler
