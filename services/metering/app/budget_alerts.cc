#include "services/metering/app/budget_alerts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::metering {
namespace {

constexpr int kPage = 500;
constexpr int kPostsOfARound = 20;
// A receiver that takes its time holds up others by no more.
constexpr int kPostsOfAProject = 2;
// More than a round takes: nobody else posts the same meanwhile.
constexpr absl::Duration kTerm = absl::Minutes(5);
constexpr absl::Duration kLongestWait = absl::Hours(3);
// With the waits between them about a day.
constexpr int kMaxAttempts = 16;
constexpr int kOk = 200;
constexpr int kMultipleChoices = 300;

std::string Timestamp(absl::Time time) {
  return json::Quote(absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", time, absl::UTCTimeZone()));
}

}  // namespace

std::optional<absl::Duration> WaitAfterAlert(int attempts) {
  if (attempts >= kMaxAttempts) return std::nullopt;
  absl::Duration wait = absl::Seconds(1);
  for (int i = 1; i < attempts && wait < kLongestWait; ++i) wait *= 3;
  return std::min(wait, kLongestWait);
}

AlertPost PostOf(const DueAlert& due) {
  const BudgetAlert& alert = due.alert;
  const bool money = due.budget.spec.unit == BudgetUnit::kNanoUsd;
  return {.id = fmt::format("{}.{}.{}", alert.budget_id, absl::ToUnixSeconds(alert.window_start),
                            alert.threshold),
          .project_id = due.budget.project_id,
          .url = due.budget.spec.webhook,
          .body = fmt::format(
              R"({{"type":"budget.threshold","budget_id":{},"name":{},"threshold":{},)"
              R"("spent":{},"limit":{},"unit":"{}","window_start":{},"created_at":{}}})",
              json::Quote(alert.budget_id), json::Quote(due.budget.spec.name), alert.threshold,
              alert.spent, alert.limit, money ? "nano_usd" : "gpu_time_us",
              Timestamp(alert.window_start), Timestamp(alert.created_at))};
}

absl::Status BudgetAlerts::Notice() {
  std::set<std::string> seen;
  std::string after;
  for (;;) {
    FURNACE_ASSIGN_OR_RETURN(const std::vector<Budget> page,
                             store_.ListAll(/*hard=*/false, after, kPage));
    FURNACE_ASSIGN_OR_RETURN(const std::vector<BudgetState> states,
                             store_.Spent(page, clock_.Now()));
    for (const BudgetState& state : states) {
      seen.insert(state.budget.id);
      FURNACE_RETURN_IF_ERROR(Note(state));
    }
    if (page.size() < static_cast<std::size_t>(kPage)) break;
    after = page.back().id;
  }
  std::erase_if(noted_, [&seen](const auto& noted) { return !seen.contains(noted.first); });
  return absl::OkStatus();
}

// What was noted before need not be tried again, though that would do no harm.
absl::Status BudgetAlerts::Note(const BudgetState& state) {
  const BudgetSpec& spec = state.budget.spec;
  auto& [window, highest] = noted_[state.budget.id];
  if (window != state.span.start) highest = 0;
  window = state.span.start;
  for (const int threshold : ReachedThresholds(spec.thresholds, spec.limit, state.spent)) {
    if (threshold <= highest) continue;
    const BudgetAlert alert{.budget_id = state.budget.id,
                            .window_start = state.span.start,
                            .threshold = threshold,
                            .spent = state.spent,
                            .limit = spec.limit};
    FURNACE_RETURN_IF_ERROR(store_.AddAlert(alert, !spec.webhook.empty()));
    highest = threshold;
  }
  return absl::OkStatus();
}

absl::Status BudgetAlerts::Deliver() {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<DueAlert> due,
                           store_.TakeDue(kPostsOfARound, kPostsOfAProject, kTerm));
  for (const DueAlert& each : due) {
    const absl::StatusOr<int> answer = sender_.Send(PostOf(each));
    std::string error;
    if (!answer.ok()) {
      error = ToStd(answer.status().message());
    } else if (*answer < kOk || *answer >= kMultipleChoices) {
      error = fmt::format("answered with {}", *answer);
    }
    const auto wait = error.empty() ? std::nullopt : WaitAfterAlert(each.alert.attempts);
    FURNACE_RETURN_IF_ERROR(store_.Settle(each.alert.id, error, wait));
  }
  return absl::OkStatus();
}

}  // namespace furnace::metering
