#pragma once

#include <string>
#include <string_view>

namespace furnace {

/// The one spelling of a GPU type: lower case, without '-', '_' and ' '.
/// "RTX_4090" and "rtx-4090" are "rtx4090".
std::string CanonicalGpuType(std::string_view gpu_type);

}  // namespace furnace
