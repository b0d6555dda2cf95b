#include "cli/settings.h"

#include <algorithm>
#include <fstream>

#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

constexpr std::string_view kDefaultUrl = "http://127.0.0.1:4210";

// The first line of a small file, or "".
std::string FirstLine(const std::string& path) {
  constexpr std::size_t kMaxBytes = 1024;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line.size() > kMaxBytes ? "" : line;
}

std::string Variable(const EnvLookup& env, const char* name) {
  const char* value = env(name);
  return value == nullptr ? "" : value;
}

std::string FirstOf(std::initializer_list<std::string> candidates) {
  for (const std::string& candidate : candidates) {
    if (!candidate.empty()) return candidate;
  }
  return "";
}

// A visible word, which can neither end a header nor start another.
bool IsWord(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

bool IsLoopback(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return false;
  if (authority.starts_with("[")) return authority.starts_with("[::1]");
  const std::string_view host = authority.substr(0, authority.find(':'));
  return host == "127.0.0.1" || host == "localhost";
}

absl::StatusOr<Gateway> ResolveGateway(const Settings& settings, const EnvLookup& env,
                                       const std::string& dev_folder) {
  Gateway gateway;
  gateway.url = FirstOf({settings.url, Variable(env, "FURNACE_URL"), FirstLine(dev_folder + "/url"),
                         std::string(kDefaultUrl)});
  while (gateway.url.ends_with('/')) gateway.url.pop_back();
  if (!(gateway.url.starts_with("http://") || gateway.url.starts_with("https://")) ||
      !IsWord(gateway.url)) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "--url: '{}' is not of the form http://host:port", gateway.url);
  }
  gateway.api_key = FirstOf({settings.api_key, Variable(env, "FURNACE_API_KEY")});
  if (gateway.api_key.empty() && IsLoopback(gateway.url)) {
    gateway.api_key = FirstLine(dev_folder + "/api-key");
  }
  if (!IsWord(gateway.api_key)) {
    return absl::InvalidArgumentError("--api-key: holds a space or control character");
  }
  return gateway;
}

}  // namespace furnace::cli
