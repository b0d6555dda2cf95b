// Whom and what a job's usage is put down to.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace furnace::scheduler {

/// Most tags that a client gives; one more may say the job's task type.
inline constexpr std::size_t kMaxTags = 15;
/// The tag of a job that was submitted by its task type, which no client gives.
inline constexpr std::string_view kTaskTypeTag = "task_type";

/// By what the costs of jobs are told apart.
struct Attribution {
  std::string api_key_id = {};  // UUID of the key that the job was submitted with; empty: none.
  std::map<std::string, std::string> tags = {};

  friend bool operator==(const Attribution&, const Attribution&) = default;
};

/// INVALID_ARGUMENT unless a client may give these tags; ranges: furnace.v1.JobOptions.
absl::Status CheckTags(const std::map<std::string, std::string>& tags);

/// As jobs and schedules keep it: the key, then "\n<name>=<value>" of each tag. Empty when there
/// is nothing to say. lua/claim_jobs.lua reads the key.
std::string EncodeAttribution(const Attribution& attribution);

/// What EncodeAttribution was given.
Attribution ParseAttribution(std::string_view text);

}  // namespace furnace::scheduler
