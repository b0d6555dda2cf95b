#include "services/metering/domain/delivery.h"

#include <algorithm>

namespace furnace::metering {
namespace {

// Halving a full batch down to one event takes some ten failures.
constexpr int kFirstPatience = 32;
constexpr int kMaxPatienceShift = 7;

constexpr absl::Duration kFirstDelay = absl::Seconds(1);
constexpr absl::Duration kMaxDelay = absl::Minutes(1);
constexpr int kMaxDelayShift = 6;

}  // namespace

Delivery::Delivery(std::size_t count, std::size_t max_batch, int failures, bool suspects)
    : suspects_are_poison_(suspects),
      patience_(kFirstPatience << std::clamp(failures, 0, kMaxPatienceShift)) {
  for (std::size_t begin = 0; begin < count; begin += max_batch) {
    todo_.push_back({begin, std::min(begin + max_batch, count)});
  }
}

std::optional<Delivery::Slice> Delivery::Next() const {
  if (stopped_) return std::nullopt;
  if (!todo_.empty()) return todo_.front();
  if (suspects_.empty()) return std::nullopt;
  const Suspect& suspect = suspects_.front();
  if (ProvenWell(suspect)) return Slice{suspect.index, suspect.index + 1};
  if (witness_) return Slice{*witness_, *witness_ + 1};
  return std::nullopt;
}

void Delivery::Answered(SinkAnswer answer, std::string_view error) {
  const std::optional<Slice> slice = Next();
  if (!slice) return;
  switch (answer) {
    case SinkAnswer::kAccepted: Accept(*slice); return;
    case SinkAnswer::kRefused:
    case SinkAnswer::kFailed: Blame(*slice, answer, error); return;
    case SinkAnswer::kUnavailable:
      stopped_ = true;
      error_ = error;
      return;
  }
}

void Delivery::Accept(const Slice& slice) {
  ++accepted_;
  witness_ = slice.begin;
  if (!todo_.empty()) {
    todo_.pop_front();
  } else if (suspects_.front().index == slice.begin) {
    suspects_.pop_front();
  }
}

void Delivery::Blame(const Slice& slice, SinkAnswer answer, std::string_view error) {
  if (accepted_ == 0 && !suspects_are_poison_ && answer == SinkAnswer::kFailed &&
      --patience_ == 0) {
    stopped_ = true;
    error_ = error;
    return;
  }
  if (todo_.empty()) {
    if (suspects_.front().index == slice.begin) {
      poison_.push_back({slice.begin, std::string(error)});
      suspects_.pop_front();
    } else {  // The witness: the sink has fallen ill since.
      stopped_ = true;
      error_ = error;
    }
    return;
  }
  todo_.pop_front();
  if (const std::size_t size = slice.end - slice.begin; size > 1) {
    const std::size_t middle = slice.begin + size / 2;
    todo_.push_front({middle, slice.end});
    todo_.push_front({slice.begin, middle});
  } else if (answer == SinkAnswer::kRefused || suspects_are_poison_) {
    poison_.push_back({slice.begin, std::string(error)});
  } else {
    suspects_.push_back({slice.begin, std::string(error), accepted_});
    error_ = error;
  }
}

bool Delivery::done() const { return !stopped_ && todo_.empty() && suspects_.empty(); }

absl::Duration RetryDelay(int failures, double random) {
  const int doublings = std::clamp(failures - 1, 0, kMaxDelayShift);
  const absl::Duration ceiling = std::min(kFirstDelay * (1 << doublings), kMaxDelay);
  return ceiling * (0.5 + 0.5 * random);
}

}  // namespace furnace::metering
