#include "services/scheduler/storage/redis/event_codec.h"

#include <string>
#include <string_view>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/storage/redis/reply.h"

namespace furnace::scheduler {
namespace {

// end_attempt() in lua/lib/transitions.lua writes these, report_slice() in lua/lib/lives.lua, and
// report_part() in lua/renew_leases.lua.
absl::Status DecodeField(std::string_view name, std::string_view value, JobEvent& event,
                         AttemptEnd& end) {
  if (name == "j") event.job_id = value;
  if (name == "v") event.version = ToInt(value);
  if (name == "a") end.lease.epoch = static_cast<int>(ToInt(value));
  if (name == "s") end.start = absl::FromUnixMicros(ToInt(value));
  if (name == "e") end.end = absl::FromUnixMicros(ToInt(value));
  if (name == "ep") end.endpoint_id = value;
  if (name == "pr") end.project_id = value;
  if (name == "w") end.worker.worker_id = value;
  if (name == "g") end.worker.gpu_type = value;
  if (name == "n") end.worker.gpu_count = static_cast<int>(ToInt(value));
  if (name == "k") end.worker.cold_start = absl::Microseconds(ToInt(value));
  if (name == "x") end.error = value;
  if (name == "al") end.covered = true;
  if (name == "at") end.attribution = value;
  if (name == "tk") end.tokens = ToInt(value);
  if (name == "rp") end.reported.until = absl::FromUnixMicros(ToInt(value));
  if (name == "rn") end.reported.count = static_cast<int>(ToInt(value));
  if (name == "c") {
    FURNACE_ASSIGN_OR_RETURN(end.cause, FailureCauseFromNumber(static_cast<int>(ToInt(value))));
  }
  return absl::OkStatus();
}

// The fields of a slice are those of an attempt, but for its id.
WorkerSlice SliceOf(std::string life_id, AttemptEnd end) {
  return {.life_id = std::move(life_id),
          .project_id = std::move(end.project_id),
          .endpoint_id = std::move(end.endpoint_id),
          .worker = std::move(end.worker),
          .slice = {.number = end.lease.epoch, .start = end.start, .end = end.end}};
}

// Likewise; its number is the count of parts.
AttemptPart PartOf(AttemptEnd end) {
  return {.lease = std::move(end.lease),
          .project_id = std::move(end.project_id),
          .endpoint_id = std::move(end.endpoint_id),
          .worker = std::move(end.worker),
          .part = {.number = end.reported.count, .start = end.start, .end = end.end},
          .attribution = std::move(end.attribution)};
}

}  // namespace

absl::StatusOr<JobEvent> DecodeEvent(const redisReply& entry) {
  const auto parts = Elements(entry);
  if (parts.size() != 2) return absl::InternalError("an event without id or fields");
  JobEvent event;
  event.event_id = Text(*parts[0]);
  AttemptEnd end;
  bool is_end = false;
  bool is_part = false;
  std::string life_id;
  const auto words = Elements(*parts[1]);
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::string_view name = Text(*words[i]);
    const std::string_view value = Text(*words[i + 1]);
    if (name == "t" && value == "e") is_end = true;
    if (name == "t" && value == "p") is_part = true;
    if (name == "id") life_id = value;
    FURNACE_RETURN_IF_ERROR(DecodeField(name, value, event, end));
  }
  if (is_end) {
    end.lease.job_id = event.job_id;
    event.attempt_end = std::move(end);
  } else if (is_part) {
    end.lease.job_id = std::exchange(event.job_id, {});
    event.part = PartOf(std::move(end));
  } else if (!life_id.empty()) {
    event.slice = SliceOf(std::move(life_id), std::move(end));
  }
  return event;
}

}  // namespace furnace::scheduler
