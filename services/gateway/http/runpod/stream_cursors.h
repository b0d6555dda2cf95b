#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "services/gateway/domain/lru_map.h"

namespace furnace::gateway::http::runpod {

/// How far a job's stream has been handed out.
struct StreamCursor {
  std::int64_t chunk = 0;  // Sequence of the last chunk that was.
  /// Job.version of the end whose error was handed out, too; 0: none was.
  std::int64_t told_end = 0;
};

/// The cursors of /stream, which hands each chunk out once. They are this process's own
/// and few: what is forgotten begins anew, so that a chunk may come twice but is never
/// left out. Thread-safe.
class StreamCursors {
 public:
  /// Jobs remembered; the one streamed least recently goes first. Some 15 MiB.
  static constexpr std::size_t kCapacity = 50'000;

  explicit StreamCursors(std::size_t capacity = kCapacity) : cursors_(capacity) {}

  /// Where the project's job was left; the start when that is not known.
  StreamCursor Find(const std::string& project_id, std::string_view job_id)
      ABSL_LOCKS_EXCLUDED(mutex_);

  /// Moves on to `cursor`; back never.
  void Advance(const std::string& project_id, std::string_view job_id, const StreamCursor& cursor)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Mutex mutex_;
  LruMap<StreamCursor> cursors_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::gateway::http::runpod
