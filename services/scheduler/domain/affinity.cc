#include "services/scheduler/domain/affinity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace furnace::scheduler {

std::string AffinityClass(const std::vector<std::string>& gpu_types) {
  if (gpu_types.empty()) return "*";
  return fmt::format("{}", fmt::join(gpu_types, ","));
}

bool Satisfies(std::string_view gpu_type, std::string_view affinity_class) {
  if (affinity_class == "*") return true;
  const std::string wanted = fmt::format(",{},", gpu_type);
  return fmt::format(",{},", affinity_class).find(wanted) != std::string::npos;
}

}  // namespace furnace::scheduler
