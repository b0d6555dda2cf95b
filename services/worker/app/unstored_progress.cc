#include "services/worker/app/unstored_progress.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace furnace::worker {
namespace {

// A job's worth of words about a chunk.
constexpr std::size_t kOverheadBytes = 100;

}  // namespace

std::size_t UnstoredProgress::SizeOf(const Progress& progress) {
  std::size_t size = kOverheadBytes;
  if (progress.progress) size += progress.progress->size();
  for (const std::string& chunk : progress.chunks) size += chunk.size();
  return size;
}

Progress UnstoredProgress::Add(Progress progress) {
  bytes_ += SizeOf(progress);
  Attempt& attempt = attempts_[progress.lease];
  progress.stored = attempt.stored;
  attempt.unstored.push_back(progress);
  return progress;
}

void UnstoredProgress::Stored(const LeaseId& lease, std::int64_t sequence) {
  const auto found = attempts_.find(lease);
  if (found == attempts_.end()) return;
  Attempt& attempt = found->second;
  attempt.stored = std::max(attempt.stored, sequence);
  while (!attempt.unstored.empty() && attempt.unstored.front().sequence <= sequence) {
    bytes_ -= SizeOf(attempt.unstored.front());
    attempt.unstored.pop_front();
  }
}

void UnstoredProgress::Drop(const LeaseId& lease) {
  Stored(lease, std::numeric_limits<std::int64_t>::max());
  attempts_.erase(lease);
}

std::vector<Progress> UnstoredProgress::All() const {
  std::vector<Progress> all;
  for (const auto& [lease, attempt] : attempts_) {
    for (const Progress& progress : attempt.unstored) {
      all.push_back(progress);
      all.back().stored = attempt.stored;
    }
  }
  return all;
}

}  // namespace furnace::worker
