#include "services/scheduler/domain/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "libs/common/base/sha256.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/scheduler/domain/cron_parser.h"
#include "services/scheduler/domain/time_zone.h"

namespace furnace::scheduler {
namespace {

constexpr std::size_t kMaxNameChars = 63;

std::uint64_t FirstBits(std::string_view bytes) {
  std::uint64_t bits = 0;
  for (const char c : bytes.substr(0, sizeof(bits))) {
    bits = bits << 8 | static_cast<unsigned char>(c);
  }
  return bits;
}

}  // namespace

absl::StatusOr<Timetable> ParseTimetable(std::string_view cron, std::string_view time_zone) {
  const absl::StatusOr<Cron> parsed = ParseCron(cron);
  if (!parsed.ok()) return Annotate(parsed.status(), "cron");
  const absl::StatusOr<absl::TimeZone> zone = FindTimeZone(time_zone);
  if (!zone.ok()) return Annotate(zone.status(), "time_zone");
  return Timetable{.cron = *parsed, .zone = *zone};
}

absl::Status CheckScheduleName(std::string_view name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto may_follow = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
  };
  if (!name.empty() && name.size() <= kMaxNameChars && is_letter(name[0]) &&
      std::all_of(name.begin(), name.end(), may_follow)) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kInvalidArgument,
               "name: not 1-{} characters of [a-z0-9-] that start with a letter", kMaxNameChars);
}

RunPlan PlanRuns(const Timetable& timetable, MissedRuns policy, absl::Time due, absl::Time now) {
  if (due > now) return {.runs = {}, .left_out = false, .next = due};
  RunPlan plan;
  // One more than is run for tells whether any are left out.
  plan.runs = LatestTimes(timetable.cron, due, now, timetable.zone, kMaxBacklog + 1);
  const std::size_t all = plan.runs.size();
  const auto keep_latest = [&plan](std::size_t count) {
    if (plan.runs.size() > count) {
      plan.runs.erase(plan.runs.begin(), plan.runs.end() - static_cast<std::ptrdiff_t>(count));
    }
  };
  switch (policy) {
    case MissedRuns::kRunOnce: keep_latest(1); break;
    case MissedRuns::kRunAll: keep_latest(kMaxBacklog); break;
    case MissedRuns::kSkip:
      std::erase_if(plan.runs, [now](absl::Time run) { return now - run > kOnTime; });
      break;
  }
  plan.left_out = plan.runs.size() < all;
  plan.next = NextAfter(timetable.cron, now, timetable.zone);
  return plan;
}

std::string RunJobId(std::string_view schedule_id, absl::Time nominal, int shard) {
  const std::string digest =
      Sha256(fmt::format("{} {}", schedule_id, absl::ToUnixSeconds(nominal)));
  return MakeUuid(nominal, FirstBits(digest), static_cast<std::uint8_t>(shard));
}

}  // namespace furnace::scheduler
