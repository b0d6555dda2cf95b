#include "services/scheduler/app/request_quota.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

absl::Status Refusal(std::int64_t most, absl::Time day_end, absl::Time now) {
  return WithRetryAfter(
      Error(absl::StatusCode::kResourceExhausted,
            "quota max_requests_per_day: the project may submit {} jobs in a UTC day; the next one "
            "begins at {}",
            most, absl::FormatTime(absl::RFC3339_sec, day_end, absl::UTCTimeZone())),
      day_end - now);
}

}  // namespace

bool RequestQuota::Limits(const std::string& project_id) const {
  return quotas_.Of(project_id).max_requests_per_day > 0;
}

void RequestQuota::Take(const std::string& project_id, std::int64_t jobs, Done<Ticket> done) {
  const std::int64_t most = quotas_.Of(project_id).max_requests_per_day;
  if (most <= 0) return done(Ticket{.project_id = project_id, .jobs = 0, .day = clock_.Now()});
  counts_.Count({.project_id = project_id, .jobs = jobs, .most = most},
                [this, project_id, jobs, most,
                 done = std::move(done)](absl::StatusOr<RequestsCounted> result) mutable {
                  if (!result.ok()) return done(result.status());
                  if (!result->counted) {
                    return done(Refusal(most, result->day + kDay, clock_.Now()));
                  }
                  done(Ticket{.project_id = project_id, .jobs = jobs, .day = result->day});
                });
}

void RequestQuota::GiveBack(const Ticket& ticket) {
  counts_.Count({.project_id = ticket.project_id, .jobs = -ticket.jobs, .day = ticket.day},
                [](const absl::StatusOr<RequestsCounted>& result) {
                  if (result.ok()) return;
                  spdlog::warn("requests that came to nothing stay counted: {}",
                               result.status().ToString());
                });
}

}  // namespace furnace::scheduler
