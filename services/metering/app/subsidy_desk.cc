#include "services/metering/app/subsidy_desk.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/metering/domain/credits.h"

namespace furnace::metering {
namespace {

constexpr int kMaxHistory = 100;

absl::Status CheckEffective(std::int64_t time_us, std::int64_t now_us) {
  if (time_us >= kEarliestUs && time_us <= now_us + kMaxValidUs) return absl::OkStatus();
  return absl::InvalidArgumentError("effective_from: must be from 2020 on, at most 20 years ahead");
}

}  // namespace

absl::StatusOr<ProjectAttributes> SubsidyDesk::SetAttributes(
    const std::string& project_id, const std::map<std::string, std::string>& texts,
    std::optional<std::int64_t> effective_from_us) {
  if (!IsUuid(project_id)) return absl::InvalidArgumentError("project_id: not a UUID");
  ProjectAttributes attributes{.project_id = project_id, .recorded_us = Now()};
  attributes.effective_from_us = effective_from_us.value_or(attributes.recorded_us);
  FURNACE_RETURN_IF_ERROR(CheckEffective(attributes.effective_from_us, attributes.recorded_us));
  FURNACE_ASSIGN_OR_RETURN(attributes.attributes, ParseAttributes(texts));
  FURNACE_RETURN_IF_ERROR(store_.AddAttributes(attributes));
  return attributes;
}

absl::StatusOr<std::vector<ProjectAttributes>> SubsidyDesk::ListAttributes(
    const std::string& project_id) {
  return store_.ListAttributes(project_id, std::nullopt, kMaxHistory);
}

absl::StatusOr<Policy> SubsidyDesk::SetPolicy(Policy policy,
                                              std::optional<std::int64_t> effective_from_us) {
  const std::int64_t now_us = Now();
  policy.effective_from_us = effective_from_us.value_or(now_us);
  FURNACE_RETURN_IF_ERROR(CheckEffective(policy.effective_from_us, now_us));
  FURNACE_RETURN_IF_ERROR(Settle(policy));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> names, store_.PolicyNames());
  const bool known = std::find(names.begin(), names.end(), policy.award.policy) != names.end();
  if (!known && names.size() >= kMaxPolicies) {
    return absl::ResourceExhaustedError("there are 100 subsidy policies");
  }
  FURNACE_ASSIGN_OR_RETURN(policy.version, store_.AddPolicy(policy, now_us));
  return policy;
}

absl::StatusOr<std::vector<Policy>> SubsidyDesk::ListPolicies() { return store_.PoliciesAt(Now()); }

}  // namespace furnace::metering
