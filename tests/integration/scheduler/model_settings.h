// How a model test is told its seed and its length.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace furnace::scheduler {

inline std::uint64_t SeedFromEnvironment() {
  const char* seed = std::getenv("FURNACE_TEST_SEED");
  return seed == nullptr ? std::random_device{}() : std::strtoull(seed, nullptr, 10);
}

inline int OperationsFromEnvironment() {
  const char* count = std::getenv("FURNACE_TEST_OPERATIONS");
  return count == nullptr ? 5'000 : std::atoi(count);
}

}  // namespace furnace::scheduler
