// How a page of events gets into a sink: what to send next, after each answer.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace furnace::metering {

/// What a sink made of a batch.
enum class SinkAnswer {
  kAccepted,     // All of it is there, now or since before.
  kRefused,      // Something in it is bad, and always will be; none of it is there.
  kFailed,       // Something in it is bad, or the sink is not well; none of it is there.
  kUnavailable,  // The sink is not there, or does not take it from us at present.
};

/// The delivery of `count` events, numbered from 0. A value: it neither sends nor waits.
///
/// A batch that is refused or fails is halved, down to the event that is to blame. An event
/// that is refused alone is poison. One that fails alone may be innocent, for a sick sink
/// fails everything: it is poison only if it fails again after the sink has accepted
/// another event in between - one still to be sent or, since events are idempotent, one
/// sent before.
class Delivery {
 public:
  /// Events [begin, end).
  struct Slice {
    std::size_t begin = 0;
    std::size_t end = 0;
    friend bool operator==(const Slice&, const Slice&) = default;
  };
  struct Poison {
    std::size_t index = 0;
    std::string error;
  };

  /// Sends at most `max_batch` events at a time. `failures` is how many deliveries in a
  /// row have come to nothing: the more, the longer this one looks for an event that the
  /// sink accepts before it gives up. `suspects` says that each event has been proven to
  /// be poison before: then failing alone is enough.
  Delivery(std::size_t count, std::size_t max_batch, int failures = 0, bool suspects = false);

  /// What to send now; nullopt when there is nothing more to do.
  std::optional<Slice> Next() const;

  /// The answer to what Next said. `error` is shown to operators.
  void Answered(SinkAnswer answer, std::string_view error);

  /// Whether every event is accepted or poison. False when Next is nullopt means: later.
  bool done() const;

  /// Poison, in the order it was found.
  const std::vector<Poison>& poison() const { return poison_; }

  /// The last error that was no poison; empty when there was none.
  const std::string& error() const { return error_; }

 private:
  struct Suspect {
    std::size_t index;
    std::string error;
    int accepted_before;
  };

  void Accept(const Slice& slice);
  void Blame(const Slice& slice, SinkAnswer answer, std::string_view error);
  bool ProvenWell(const Suspect& suspect) const { return accepted_ > suspect.accepted_before; }

  const bool suspects_are_poison_;
  int patience_;  // Failures still borne before the first acceptance.
  std::deque<Slice> todo_;
  std::deque<Suspect> suspects_;
  std::vector<Poison> poison_;
  std::optional<std::size_t> witness_;  // An event that was accepted.
  int accepted_ = 0;
  bool stopped_ = false;
  std::string error_;
};

/// How long to wait after `failures` (from 1) deliveries in a row that came to nothing:
/// doubling from a second to a minute, of which a random half is left out. `random` is in
/// [0, 1).
absl::Duration RetryDelay(int failures, double random);

}  // namespace furnace::metering
