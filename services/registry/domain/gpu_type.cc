#include "services/registry/domain/gpu_type.h"

#include <algorithm>
#include <string_view>

#include "libs/common/base/gpu_type.h"
#include "libs/common/base/status.h"
#include "services/registry/domain/text.h"

namespace furnace::registry {
namespace {

constexpr std::size_t kMaxGpuTypes = 8;
constexpr std::size_t kMaxGpuTypeChars = 64;
constexpr std::string_view kDefaultGpuType = "rtx4000";

bool IsLowerAlnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

absl::StatusOr<std::vector<std::string>> NormaliseGpuTypes(
    const std::vector<std::string>& gpu_types) {
  if (gpu_types.empty()) return std::vector<std::string>{std::string(kDefaultGpuType)};
  if (gpu_types.size() > kMaxGpuTypes) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "spec.gpu_types: {} entries are not from 1 to {}", gpu_types.size(), kMaxGpuTypes);
  }
  std::vector<std::string> canonical;
  for (std::size_t i = 0; i < gpu_types.size(); ++i) {
    std::string type = CanonicalGpuType(gpu_types[i]);
    if (type.empty() || type.size() > kMaxGpuTypeChars ||
        !std::all_of(type.begin(), type.end(), IsLowerAlnum)) {
      return Error(absl::StatusCode::kInvalidArgument,
                   "spec.gpu_types[{}]: {} is not 1 to {} letters and digits, '-', '_' and blanks "
                   "not counted",
                   i, Shown(gpu_types[i]), kMaxGpuTypeChars);
    }
    if (std::find(canonical.begin(), canonical.end(), type) == canonical.end()) {
      canonical.push_back(std::move(type));
    }
  }
  return canonical;
}

}  // namespace furnace::registry
