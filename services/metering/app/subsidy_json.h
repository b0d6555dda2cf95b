// Subsidies as JSON: what a decision is asked with, and what it is.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metering/app/subsidy_ports.h"

namespace furnace::metering {

/// {"project_id","period":{"start_us","end_us"},"attributes":{...},"policies":[{"name",
/// "version"}]}: the same for the same arguments.
std::string InputJson(const std::string& project_id, Span period, const Attributes& attributes,
                      std::span<const Policy> policies);

/// {"awards":[{"policy","description","percent_bp","gpu_types","kinds","max_gpu_seconds",
/// "max_nanos"}]}, what is not set left out.
std::string AwardsJson(std::span<const Award> awards);

/// The awards of such an object, settled. INVALID_ARGUMENT for any other JSON: more than 100
/// awards, a member that is unknown, missing or there twice, a number that is no integer.
absl::StatusOr<std::vector<Award>> ParseAwards(std::string_view text);

}  // namespace furnace::metering
