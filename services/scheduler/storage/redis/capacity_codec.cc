#include "services/scheduler/storage/redis/capacity_codec.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <iterator>
#include <vector>

namespace furnace::scheduler {
namespace {

constexpr std::size_t kHeadNumbers = 4;

// The numbers of a line; none when there is anything else in it.
std::vector<std::int64_t> Numbers(std::string_view text) {
  std::vector<std::int64_t> numbers;
  const char* next = text.data();
  const char* const end = next + text.size();
  while (next < end) {
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(next, end, number);
    if (error != std::errc() || (rest < end && *rest != ' ')) return {};
    numbers.push_back(number);
    next = rest < end ? rest + 1 : end;
  }
  return numbers;
}

}  // namespace

std::string EncodeCapacity(const Capacity& capacity) {
  std::string text = fmt::format("{} {} {} {}", absl::ToUnixMicros(capacity.at), capacity.workers,
                                 capacity.slots, capacity.running.size());
  for (const auto* times : {&capacity.running, &capacity.starting}) {
    for (const absl::Time time : *times) {
      fmt::format_to(std::back_inserter(text), " {}", absl::ToUnixMicros(time));
    }
  }
  return text;
}

Capacity DecodeCapacity(std::string_view text) {
  const std::vector<std::int64_t> numbers = Numbers(text);
  if (numbers.size() < kHeadNumbers || numbers[3] < 0) return {};
  const auto running = static_cast<std::size_t>(numbers[3]);
  if (running > numbers.size() - kHeadNumbers) return {};
  Capacity capacity{.at = absl::FromUnixMicros(numbers[0]),
                    .workers = static_cast<int>(numbers[1]),
                    .slots = static_cast<int>(numbers[2]),
                    .running = {},
                    .starting = {}};
  for (std::size_t i = kHeadNumbers; i < numbers.size(); ++i) {
    auto& times = i < kHeadNumbers + running ? capacity.running : capacity.starting;
    times.push_back(absl::FromUnixMicros(numbers[i]));
  }
  return capacity;
}

}  // namespace furnace::scheduler
