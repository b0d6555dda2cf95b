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

/// User and system CPU time that a process and its children have used so far; zero
/// when it has ended. Source: proc(5), fields 4 and 14 to 17 of /proc/[pid]/stat.
absl::Duration CpuTime(int pid);

/// The name of a process's program, at most 15 characters.
std::string NameOf(int pid);

/// "12,345".
std::string WithCommas(std::int64_t number);

}  // namespace furnace::bench
