#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace furnace::metering::rpc {

/// The token of the page of `job_id`'s ledger lines (empty: of all jobs') that
/// goes on after line `last_id`. URL-safe text that callers need not understand.
std::string EncodePageToken(std::string_view job_id, std::int64_t last_id);

/// The `last_id` of a token made for `job_id`; 0 for an empty one, the first page.
/// INVALID_ARGUMENT for a token we did not make, or made for another list.
absl::StatusOr<std::int64_t> DecodePageToken(std::string_view job_id, std::string_view token);

}  // namespace furnace::metering::rpc
