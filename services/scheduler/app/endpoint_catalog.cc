#include "services/scheduler/app/endpoint_catalog.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {

EndpointPtr EndpointCatalog::Cached(const std::string& id) const {
  MutexLock lock(mutex_);
  const auto found = endpoints_.find(id);
  return found == endpoints_.end() ? nullptr : found->second;
}

absl::StatusOr<EndpointPtr> EndpointCatalog::Find(const std::string& id) {
  if (EndpointPtr known = Cached(id)) return known;
  FURNACE_ASSIGN_OR_RETURN(Endpoint endpoint, source_.Find(id));
  Keep(std::move(endpoint));
  return Cached(id);
}

absl::StatusOr<EndpointPtr> EndpointCatalog::FindFor(const std::string& project_id,
                                                     const std::string& id) {
  absl::StatusOr<EndpointPtr> endpoint = Find(id);
  const bool hidden =
      endpoint.ok() && ((*endpoint)->project_id != project_id || (*endpoint)->deleted);
  if (hidden || absl::IsNotFound(endpoint.status())) {
    return Error(absl::StatusCode::kNotFound, "no endpoint {}", id);
  }
  return endpoint;
}

EndpointPtr EndpointCatalog::CachedFor(const std::string& project_id,
                                       const std::string& task_type) const {
  const auto rank = [](const Endpoint& endpoint) {
    return std::tie(endpoint.paused, endpoint.name);
  };
  EndpointPtr best;
  MutexLock lock(mutex_);
  for (const auto& [id, endpoint] : endpoints_) {
    if (endpoint->deleted || endpoint->project_id != project_id) continue;
    const auto& types = endpoint->task_types;
    if (std::find(types.begin(), types.end(), task_type) == types.end()) continue;
    if (best == nullptr || rank(*endpoint) < rank(*best)) best = endpoint;
  }
  return best;
}

absl::StatusOr<EndpointPtr> EndpointCatalog::FindForTask(const std::string& project_id,
                                                         const std::string& task_type) {
  if (EndpointPtr known = CachedFor(project_id, task_type)) return known;
  FURNACE_RETURN_IF_ERROR(Refresh());
  if (EndpointPtr known = CachedFor(project_id, task_type)) return known;
  return Error(absl::StatusCode::kNotFound, "no endpoint declares the task type {}", task_type);
}

std::vector<EndpointPtr> EndpointCatalog::All() const {
  std::vector<EndpointPtr> all;
  MutexLock lock(mutex_);
  all.reserve(endpoints_.size());
  for (const auto& [id, endpoint] : endpoints_) all.push_back(endpoint);
  return all;
}

absl::Status EndpointCatalog::Refresh() {
  const std::int64_t begun_before = begun_;
  MutexLock lock(refresh_mutex_);
  // Another one has begun and ended meanwhile: it has seen all that this one would.
  if (completed_ > begun_before) return absl::OkStatus();
  const std::int64_t number = ++begun_;
  FURNACE_RETURN_IF_ERROR(ReadChanges());
  completed_ = number;
  return absl::OkStatus();
}

absl::Status EndpointCatalog::ReadChanges() {
  for (;;) {
    FURNACE_ASSIGN_OR_RETURN(EndpointChanges changes, source_.ChangesSince(cursor_));
    for (Endpoint& endpoint : changes.endpoints) Keep(std::move(endpoint));
    if (changes.cursor == cursor_) return absl::OkStatus();
    cursor_ = changes.cursor;
  }
}

void EndpointCatalog::Keep(Endpoint endpoint) {
  const std::string id = endpoint.id;
  auto shared = std::make_shared<const Endpoint>(std::move(endpoint));
  MutexLock lock(mutex_);
  EndpointPtr& kept = endpoints_[id];
  const bool newer = kept == nullptr || kept->revision < shared->revision ||
                     (kept->revision == shared->revision && !kept->deleted);
  if (newer) kept = std::move(shared);
}

}  // namespace furnace::scheduler
