#include "libs/common/base/gpu_type.h"

namespace furnace {
namespace {

bool IsSeparator(char c) { return c == '-' || c == '_' || c == ' '; }
char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string CanonicalGpuType(std::string_view gpu_type) {
  std::string canonical;
  canonical.reserve(gpu_type.size());
  for (const char c : gpu_type) {
    if (!IsSeparator(c)) canonical.push_back(ToLower(c));
  }
  return canonical;
}

}  // namespace furnace
