#include "services/gateway/http/runpod/stream_cursors.h"

#include <algorithm>

namespace furnace::gateway::http::runpod {
namespace {

std::string KeyOf(const std::string& project_id, std::string_view job_id) {
  return project_id + '/' + std::string(job_id);
}

}  // namespace

StreamCursor StreamCursors::Find(const std::string& project_id, std::string_view job_id) {
  MutexLock lock(mutex_);
  const StreamCursor* cursor = cursors_.Find(KeyOf(project_id, job_id));
  return cursor == nullptr ? StreamCursor() : *cursor;
}

void StreamCursors::Advance(const std::string& project_id, std::string_view job_id,
                            const StreamCursor& cursor) {
  const std::string key = KeyOf(project_id, job_id);
  MutexLock lock(mutex_);
  if (StreamCursor* known = cursors_.Find(key); known != nullptr) {
    known->chunk = std::max(known->chunk, cursor.chunk);
    known->told_end = std::max(known->told_end, cursor.told_end);
  } else {
    cursors_.Put(key, cursor);
  }
}

}  // namespace furnace::gateway::http::runpod
