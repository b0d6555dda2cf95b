#pragma once

#include <future>
#include <utility>

#include "absl/status/statusor.h"
#include "services/scheduler/app/ports.h"

namespace furnace::scheduler {

/// Runs an asynchronous call and waits for its answer; for threads that may block.
/// The call has a deadline of its own.
template <typename T, typename Call>
absl::StatusOr<T> Await(Call&& call) {
  std::promise<absl::StatusOr<T>> promise;
  std::forward<Call>(call)(
      Done<T>([&promise](absl::StatusOr<T> result) { promise.set_value(std::move(result)); }));
  return promise.get_future().get();
}

}  // namespace furnace::scheduler
