#include "services/gateway/http/answer_room.h"

namespace furnace::gateway::http {

bool AnswerRoom::Take(const std::string& project_id, std::size_t bytes) {
  MutexLock lock(mutex_);
  const auto found = by_project_.find(project_id);
  const std::size_t has = found == by_project_.end() ? 0 : found->second;
  if (taken_ + bytes > bytes_ || has + bytes > bytes_ / kShares) return false;
  taken_ += bytes;
  by_project_[project_id] += bytes;
  return true;
}

void AnswerRoom::GiveBack(const std::string& project_id, std::size_t bytes) {
  MutexLock lock(mutex_);
  taken_ -= bytes;
  const auto found = by_project_.find(project_id);
  found->second -= bytes;
  if (found->second == 0) by_project_.erase(found);
}

}  // namespace furnace::gateway::http
