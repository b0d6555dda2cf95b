#include "services/scheduler/domain/job_window.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/scheduler/domain/time_window.h"

namespace furnace::scheduler {
namespace {

constexpr std::string_view kTerm = "|w=";

absl::StatusOr<OpeningHours> HoursOf(std::string_view window) {
  const absl::StatusOr<TimeWindow> parsed = ParseTimeWindow(window);
  if (!parsed.ok()) return parsed.status();
  return OpeningHours::Of(*parsed);
}

}  // namespace

bool IsOpen(std::string_view window, absl::Time now) {
  const absl::StatusOr<OpeningHours> hours = HoursOf(window);
  return hours.ok() && hours->IsOpen(now);
}

std::string_view WindowOf(std::string_view affinity_class) {
  const std::size_t begin = affinity_class.find(kTerm);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = affinity_class.substr(begin + kTerm.size());
  return rest.substr(0, rest.find('|'));
}

QueueSnapshot WithoutClosed(QueueSnapshot queue, absl::Time now) {
  const bool any = std::any_of(queue.classes.begin(), queue.classes.end(),
                               [](const auto& each) { return !each.affinity.window.empty(); });
  if (!any) return queue;
  std::vector<ClassSnapshot> open;
  queue.oldest_wait = absl::ZeroDuration();
  for (ClassSnapshot& each : queue.classes) {
    if (!each.affinity.window.empty()) {
      const absl::StatusOr<OpeningHours> hours = HoursOf(each.affinity.window);
      if (!hours.ok() || !hours->IsOpen(now)) {
        queue.queued = std::max(0, queue.queued - each.queued);
        continue;
      }
      each.oldest_wait = std::min(each.oldest_wait, now - hours->OpenSince(now));
    }
    queue.oldest_wait = std::max(queue.oldest_wait, each.oldest_wait);
    open.push_back(std::move(each));
  }
  queue.classes = std::move(open);
  return queue;
}

}  // namespace furnace::scheduler
