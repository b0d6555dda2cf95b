#include "services/worker/domain/sdk_policy.h"

#include <charconv>

namespace furnace::worker {
namespace {

constexpr std::string_view kProduct = "RunPod-Python-SDK/";
constexpr SdkVersion kArraysFrom{1, 7, 4};
constexpr SdkVersion kLongPollsFrom{1, 7, 7};
constexpr absl::Duration kLongHold = absl::Seconds(55);
constexpr SdkVersion kSharedListFrom{1, 7, 11};
constexpr SdkVersion kSharedListTo{1, 10, 0};

// Takes a number off the front of `text`.
bool TakeNumber(std::string_view& text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool TakeDot(std::string_view& text) {
  if (!text.starts_with('.')) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<SdkVersion> ParseUserAgent(std::string_view user_agent) {
  if (!IsRunPodSdk(user_agent)) return std::nullopt;
  user_agent.remove_prefix(kProduct.size());
  SdkVersion version;
  if (TakeNumber(user_agent, version.major) && TakeDot(user_agent) &&
      TakeNumber(user_agent, version.minor) && TakeDot(user_agent) &&
      TakeNumber(user_agent, version.patch)) {
    return version;
  }
  return std::nullopt;
}

bool IsRunPodSdk(std::string_view user_agent) { return user_agent.starts_with(kProduct); }

SdkPolicy PolicyFor(std::optional<SdkVersion> version) {
  SdkPolicy policy;
  if (!version) return policy;
  policy.takes_arrays = !(*version < kArraysFrom);
  if (!(*version < kLongPollsFrom)) policy.hold = kLongHold;
  if (!(*version < kSharedListFrom) && !(kSharedListTo < *version)) {
    policy.pings_are_its_own = false;
  }
  return policy;
}

}  // namespace furnace::worker
