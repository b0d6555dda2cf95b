// Figures: percentiles, medians and CPU time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace furnace::bench {

/// The value that `percent` of the samples do not exceed (nearest rank); zero of none.
absl::Duration Percentile(std::vector<absl::Duration> samples, double percent);

double Median(std::vector<double> values);

/// User and system CPU time of processes so far, ended ones at zero. Source:
/// proc(5), fields 14 and 15 of /proc/[pid]/stat.
absl::Duration CpuTime(const std::vector<int>& pids);

/// "12,345".
std::string WithCommas(std::int64_t number);

}  // namespace furnace::bench
