#include "services/scheduler/app/throttles.h"

#include <fmt/format.h>

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

constexpr char kProduction[] = "production";
constexpr char kNonProduction[] = "non-production";

}  // namespace

absl::Status Throttles::Refresh() {
  FURNACE_ASSIGN_OR_RETURN(std::vector<ThrottledProject> list, source_.List());
  std::map<std::string, std::string> reasons;
  for (ThrottledProject& project : list) {
    if (project.env_scope == kNonProduction && environment_ == kProduction) continue;
    reasons[project.project_id] = std::move(project.reason);
  }
  MutexLock lock(mutex_);
  reasons_ = std::move(reasons);
  return absl::OkStatus();
}

std::optional<std::string> Throttles::ReasonOf(const std::string& project_id) const {
  MutexLock lock(mutex_);
  const auto found = reasons_.find(project_id);
  if (found == reasons_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::vector<BudgetRate>> Throttles::RatesOf(const Endpoint& endpoint) const {
  if (ReasonOf(endpoint.project_id)) return std::nullopt;
  return rules_.RatesOf(endpoint);
}

std::optional<StartBlock> Throttles::BlockOf(const Endpoint& endpoint,
                                             std::string_view api_key_id) const {
  const std::optional<std::string> reason = ReasonOf(endpoint.project_id);
  const std::optional<StartBlock> other = rules_.BlockOf(endpoint, api_key_id);
  if (!reason) return other;
  return StartBlock{.constraint = WaitConstraint::kThrottled,
                    .detail = fmt::format("the platform throttles its project: {}", *reason),
                    .ends_standing = other && other->ends_standing};
}

bool Throttles::MayCoverUnknown() const {
  {
    MutexLock lock(mutex_);
    if (!reasons_.empty()) return true;
  }
  return rules_.MayCoverUnknown();
}

}  // namespace furnace::scheduler
