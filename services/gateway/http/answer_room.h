#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"

namespace furnace::gateway::http {

/// The room for large answers that wait for their clients, shared out so that no project
/// keeps the others from theirs. Thread-safe.
class AnswerRoom {
 public:
  /// A project may have one part in so many of the room.
  static constexpr std::size_t kShares = 4;

  explicit AnswerRoom(std::size_t bytes) : bytes_(bytes) {}

  /// Takes room for an answer to this project; false, and nothing is taken, when that would
  /// be more than there is or than its share.
  bool Take(const std::string& project_id, std::size_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Gives back what was taken.
  void GiveBack(const std::string& project_id, std::size_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const std::size_t bytes_;
  Mutex mutex_;
  std::size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unordered_map<std::string, std::size_t> by_project_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::gateway::http
