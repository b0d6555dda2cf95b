#include "services/scheduler/domain/init_timeout.h"

#include <charconv>

#include "services/scheduler/domain/endpoint.h"

namespace furnace::scheduler {
namespace {

constexpr char kVariable[] = "RUNPOD_INIT_TIMEOUT";
constexpr int kMaxSeconds = 3600;

}  // namespace

absl::Duration InitTimeout(int seconds, const std::map<std::string, std::string>& env) {
  if (const auto found = env.find(kVariable); found != env.end()) {
    const char* end = found->second.data() + found->second.size();
    int asked = 0;
    const auto [last, error] = std::from_chars(found->second.data(), end, asked);
    if (error == std::errc() && last == end && asked > 0 && asked <= kMaxSeconds) seconds = asked;
  }
  return seconds > 0 ? absl::Seconds(seconds) : Endpoint().init_timeout;
}

}  // namespace furnace::scheduler
