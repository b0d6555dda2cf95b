#include "bench/measure.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace furnace::bench {

absl::Duration Percentile(std::vector<absl::Duration> samples, double percent) {
  if (samples.empty()) return absl::ZeroDuration();
  std::sort(samples.begin(), samples.end());
  const auto rank =
      static_cast<std::size_t>(std::ceil(percent / 100.0 * static_cast<double>(samples.size())));
  return samples[std::clamp<std::size_t>(rank, 1, samples.size()) - 1];
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

namespace {

// The fields of /proc/[pid]/stat from the third on; none when there is no process.
std::vector<std::string> StatFields(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/stat");
  const std::string stat((std::istreambuf_iterator<char>(in)), {});
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(stat.substr(name_end + 1));
  return {std::istream_iterator<std::string>(fields), {}};
}

// Fields 14 to 17: its own time and that of children it has waited for.
std::int64_t TicksOf(const std::vector<std::string>& fields) {
  constexpr std::size_t kUser = 11;
  std::int64_t ticks = 0;
  for (std::size_t i = kUser; i < kUser + 4 && i < fields.size(); ++i)
    ticks += std::stoll(fields[i]);
  return ticks;
}

}  // namespace

absl::Duration CpuTime(int pid) {
  const std::string parent = std::to_string(pid);
  std::int64_t ticks = TicksOf(StatFields(parent));
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::vector<std::string> fields = StatFields(name);
    if (fields.size() > 1 && fields[1] == parent) ticks += TicksOf(fields);
  }
  return absl::Seconds(1) * static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::string NameOf(int pid) {
  std::ifstream in(fmt::format("/proc/{}/comm", pid));
  std::string name;
  std::getline(in, name);
  return name;
}

std::string WithCommas(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3) {
    text.insert(static_cast<std::size_t>(i), ",");
  }
  return text;
}

}  // namespace furnace::bench
