#include "services/metering/app/throttle_watch.h"

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

// Budgets are of weeks and months; a project without usage for so long spends nothing.
constexpr absl::Duration kRecent = absl::Hours(48);

}  // namespace

absl::Status ThrottleWatch::Poll() {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<SinkProject> projects,
                           store_.Projects(same_project_ids_, clock_.Now() - kRecent));
  for (const SinkProject& project : projects) {
    FURNACE_ASSIGN_OR_RETURN(std::optional<Throttle> throttle, source_.Ask(project.account_id));
    if (!throttle) {
      FURNACE_RETURN_IF_ERROR(store_.Clear(project.project_id));
      continue;
    }
    throttle->project_id = project.project_id;
    FURNACE_RETURN_IF_ERROR(store_.Set(*throttle));
  }
  return absl::OkStatus();
}

}  // namespace furnace::metering
