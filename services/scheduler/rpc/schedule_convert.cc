#include "services/scheduler/rpc/schedule_convert.h"

#include <algorithm>
#include <array>
#include <vector>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/attribution.h"
#include "services/scheduler/rpc/convert.h"
#include "services/scheduler/rpc/job_request.h"
#include "services/scheduler/rpc/webhook_convert.h"
#include "services/scheduler/rpc/window_convert.h"

namespace furnace::scheduler::rpc {
namespace {

constexpr std::size_t kMaxInputBytes = 64 << 10;
constexpr int kMaxPriority = 10;
// With the next run.
constexpr int kShownRuns = 5;
// The others are of a single job and no other.
constexpr std::array<std::string_view, 6> kOptions = {
    "ttl_seconds", "timeout_seconds", "concurrency_key", "window", "webhook", "tags"};

absl::Status CheckOptions(const v1::JobOptions& options) {
  std::vector<const google::protobuf::FieldDescriptor*> given;
  options.GetReflection()->ListFields(options, &given);
  for (const auto* field : given) {
    if (std::find(kOptions.begin(), kOptions.end(), field->name()) == kOptions.end()) {
      return Error(absl::StatusCode::kInvalidArgument, "spec.options.{}: not in a schedule",
                   field->name());
    }
  }
  return absl::OkStatus();
}

v1::ScheduleSpec SpecOf(const Schedule& schedule) {
  v1::ScheduleSpec spec;
  spec.set_name(schedule.name);
  spec.set_cron(schedule.cron);
  spec.set_time_zone(schedule.time_zone);
  spec.set_input(schedule.input);
  spec.set_priority(schedule.priority);
  spec.set_missed_runs(static_cast<v1::MissedRuns>(schedule.missed_runs));
  spec.set_overlap(static_cast<v1::Overlap>(schedule.overlap));
  v1::JobOptions options;
  if (schedule.ttl) {
    options.set_ttl_seconds(static_cast<std::int32_t>(absl::ToInt64Seconds(*schedule.ttl)));
  }
  if (schedule.timeout) {
    options.set_timeout_seconds(static_cast<std::int32_t>(absl::ToInt64Seconds(*schedule.timeout)));
  }
  options.set_concurrency_key(schedule.concurrency_key);
  if (!schedule.window.empty()) SetWindow(schedule.window, options.mutable_window());
  if (!schedule.webhook.empty()) SetJobWebhook(schedule.webhook, options.mutable_webhook());
  for (auto& [name, value] : ParseAttribution(schedule.attribution).tags) {
    (*options.mutable_tags())[name] = value;
  }
  if (options.ByteSizeLong() > 0) *spec.mutable_options() = options;
  return spec;
}

// The next runs, unless this machine's tzdata does not know the zone any more.
void SetRuns(const Schedule& schedule, v1::Schedule& proto) {
  if (!schedule.next_run_at) return;
  SetTime(*schedule.next_run_at, proto.mutable_next_run_at());
  SetTime(*schedule.next_run_at, proto.add_next_runs());
  const absl::StatusOr<Timetable> timetable = ParseTimetable(schedule.cron, schedule.time_zone);
  if (!timetable.ok()) return;
  for (const absl::Time run :
       NextTimes(timetable->cron, *schedule.next_run_at, timetable->zone, kShownRuns - 1)) {
    SetTime(run, proto.add_next_runs());
  }
}

}  // namespace

absl::StatusOr<Schedule> FromProto(const v1::ScheduleSpec& spec, const std::string& api_key_id,
                                   absl::Time now) {
  Schedule schedule;
  schedule.name = spec.name();
  schedule.cron = spec.cron();
  schedule.time_zone = spec.time_zone().empty() ? "UTC" : spec.time_zone();
  FURNACE_RETURN_IF_ERROR(CheckInput("spec.input", spec.input(), kMaxInputBytes));
  schedule.input = spec.input();
  FURNACE_RETURN_IF_ERROR(
      CheckRange("spec.priority", spec.priority(), -kMaxPriority, kMaxPriority));
  schedule.priority = spec.priority();
  FURNACE_RETURN_IF_ERROR(CheckOptions(spec.options()));
  JobRequest::Item job;
  FURNACE_RETURN_IF_ERROR(ApplyOptions("spec.options", spec.options(), now, job));
  schedule.ttl = job.ttl;
  schedule.timeout = job.timeout;
  schedule.concurrency_key = job.concurrency_key;
  schedule.window = job.window;
  schedule.webhook = job.webhook;
  schedule.attribution = EncodeAttribution({.api_key_id = api_key_id, .tags = job.tags});
  if (!v1::MissedRuns_IsValid(spec.missed_runs())) {
    return absl::InvalidArgumentError("spec.missed_runs: unknown");
  }
  if (!v1::Overlap_IsValid(spec.overlap())) {
    return absl::InvalidArgumentError("spec.overlap: unknown");
  }
  if (spec.missed_runs() != v1::MISSED_RUNS_UNSPECIFIED) {
    schedule.missed_runs = static_cast<MissedRuns>(spec.missed_runs());
  }
  if (spec.overlap() != v1::OVERLAP_UNSPECIFIED) {
    schedule.overlap = static_cast<Overlap>(spec.overlap());
  }
  return schedule;
}

v1::Schedule ToProto(const Schedule& schedule) {
  v1::Schedule proto;
  proto.set_id(schedule.id);
  proto.set_endpoint_id(schedule.endpoint_id);
  *proto.mutable_spec() = SpecOf(schedule);
  proto.set_paused(schedule.paused);
  proto.set_revision(schedule.revision);
  SetTime(schedule.created_at, proto.mutable_created_at());
  SetTime(schedule.updated_at, proto.mutable_updated_at());
  SetRuns(schedule, proto);
  if (schedule.last_run_at) SetTime(*schedule.last_run_at, proto.mutable_last_run_at());
  proto.set_last_job_id(schedule.last_job_id);
  proto.set_last_error(schedule.last_error);
  return proto;
}

}  // namespace furnace::scheduler::rpc
