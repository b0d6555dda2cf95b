#include "services/scheduler/domain/time_zone.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

constexpr std::size_t kMaxNameBytes = 64;
constexpr char kDefaultFolder[] = "/usr/share/zoneinfo";

// Names of the tz database; nothing that leads out of its folder.
bool IsName(std::string_view name) {
  const auto is_letter = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  const auto may_follow = [&](unsigned char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '+' || c == '-';
  };
  return !name.empty() && name.size() <= kMaxNameBytes && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(), may_follow);
}

// Abseil remembers every name that it was ever asked for, also those that are none:
// it is only asked for names that are files.
bool IsOnDisk(std::string_view name) {
  const char* folder = std::getenv("TZDIR");
  std::error_code ignored;
  return std::filesystem::is_regular_file(
      std::filesystem::path(folder != nullptr ? folder : kDefaultFolder) / name, ignored);
}

}  // namespace

absl::StatusOr<absl::TimeZone> FindTimeZone(std::string_view name) {
  if (name.empty() || name == "UTC") return absl::UTCTimeZone();
  absl::TimeZone zone;
  if (IsName(name) && name != "localtime" && IsOnDisk(name) &&
      absl::LoadTimeZone(std::string(name), &zone)) {
    return zone;
  }
  return Error(absl::StatusCode::kInvalidArgument, "'{}' is no IANA time zone",
               name.substr(0, kMaxNameBytes));
}

}  // namespace furnace::scheduler
