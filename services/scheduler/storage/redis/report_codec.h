// Reports as report_progress.lua takes and answers them.
#pragma once

#include <cstddef>

#include "absl/status/statusor.h"
#include "libs/common/redis/client.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Bytes that a report weighs in a run of the script.
std::size_t WeightOf(const ProgressReport& report);

/// Appends the report's arguments; moves out of it.
void EncodeReport(ProgressReport& report, redis::Client::Words& args);

/// The answer to the report at `index` of a run; see JobQueue::Report.
absl::StatusOr<ReportResult> DecodeReport(const redisReply& reply, std::size_t index);

}  // namespace furnace::scheduler
