#include "services/worker/app/unstored_progress.h"

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

void UnstoredProgress::Add(Progress progress) {
  bytes_ += SizeOf(progress);
  std::deque<Progress>& queue = by_lease_[progress.lease];
  queue.push_back(std::move(progress));
}

void UnstoredProgress::Stored(const LeaseId& lease, std::int64_t sequence) {
  const auto found = by_lease_.find(lease);
  if (found == by_lease_.end()) return;
  std::deque<Progress>& queue = found->second;
  while (!queue.empty() && queue.front().sequence <= sequence) {
    bytes_ -= SizeOf(queue.front());
    queue.pop_front();
  }
  if (queue.empty()) by_lease_.erase(found);
}

void UnstoredProgress::Drop(const LeaseId& lease) {
  Stored(lease, std::numeric_limits<std::int64_t>::max());
}

std::vector<Progress> UnstoredProgress::All() const {
  std::vector<Progress> all;
  for (const auto& [lease, queue] : by_lease_) all.insert(all.end(), queue.begin(), queue.end());
  return all;
}

}  // namespace furnace::worker
