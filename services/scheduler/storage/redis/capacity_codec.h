#pragma once

#include <string>
#include <string_view>

#include "services/scheduler/domain/outlook.h"

namespace furnace::scheduler {

/// A capacity as a line of numbers: when it was measured, workers, slots, how many jobs
/// of known starts run, those starts, then the starts of workers on their way; instants
/// in microseconds.
std::string EncodeCapacity(const Capacity& capacity);

/// What EncodeCapacity made; an empty one, from long ago, of anything else.
Capacity DecodeCapacity(std::string_view text);

}  // namespace furnace::scheduler
