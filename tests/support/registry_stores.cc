#include "tests/support/registry_stores.h"

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"
#include "services/registry/domain/access.h"

namespace furnace::registry {
namespace {

template <typename T>
void CutTo(int limit, std::vector<T>& items) {
  if (items.size() > static_cast<std::size_t>(limit)) items.resize(static_cast<std::size_t>(limit));
}

bool IsNewer(const ApiKey& a, const ApiKey& b) {
  return std::pair(a.created_at, a.id) > std::pair(b.created_at, b.id);
}

}  // namespace

absl::Status MemoryProjectStore::Create(const Project& project) {
  MutexLock lock(mutex_);
  const bool id_taken = std::any_of(by_name_.begin(), by_name_.end(), [&](const auto& entry) {
    return entry.second.id == project.id;
  });
  if (id_taken || !by_name_.emplace(project.name, project).second) {
    return absl::AlreadyExistsError("name or id: taken");
  }
  return absl::OkStatus();
}

absl::StatusOr<Project> MemoryProjectStore::Ensure(const Project& project) {
  MutexLock lock(mutex_);
  return by_name_.emplace(project.name, project).first->second;
}

absl::StatusOr<Project> MemoryProjectStore::Get(const std::string& id) {
  MutexLock lock(mutex_);
  for (const auto& [name, project] : by_name_) {
    if (project.id == id) return project;
  }
  return NotFound("project", id);
}

absl::StatusOr<std::vector<Project>> MemoryProjectStore::List(int limit) {
  MutexLock lock(mutex_);
  std::vector<Project> projects;
  for (const auto& [name, project] : by_name_) projects.push_back(project);
  CutTo(limit, projects);
  return projects;
}

absl::StatusOr<Project> MemoryProjectStore::SetQuota(const std::string& id,
                                                     const ProjectQuota& quota) {
  MutexLock lock(mutex_);
  for (auto& [name, project] : by_name_) {
    if (project.id != id) continue;
    project.quota = quota;
    return project;
  }
  return NotFound("project", id);
}

absl::StatusOr<std::vector<Project>> MemoryProjectStore::ListWithQuota(const std::string& after_id,
                                                                       int limit) {
  MutexLock lock(mutex_);
  std::vector<Project> projects;
  for (const auto& [name, project] : by_name_) {
    if (project.quota != ProjectQuota() && project.id > after_id) projects.push_back(project);
  }
  std::sort(projects.begin(), projects.end(),
            [](const Project& a, const Project& b) { return a.id < b.id; });
  CutTo(limit, projects);
  return projects;
}

absl::Status MemoryApiKeyStore::Create(const ApiKey& key, std::string_view sha256, int max_live) {
  FURNACE_RETURN_IF_ERROR(projects_.Get(key.project_id).status());
  MutexLock lock(mutex_);
  const auto live = std::count_if(by_sha256_.begin(), by_sha256_.end(), [&](const auto& entry) {
    return entry.second.project_id == key.project_id && !entry.second.revoked_at;
  });
  if (live >= max_live) return absl::ResourceExhaustedError("too many live keys");
  by_sha256_.emplace(sha256, key);
  return absl::OkStatus();
}

absl::Status MemoryApiKeyStore::PutOperator(const ApiKey& key, std::string_view sha256) {
  FURNACE_RETURN_IF_ERROR(projects_.Get(key.project_id).status());
  MutexLock lock(mutex_);
  by_sha256_.emplace(sha256, key).first->second.revoked_at = std::nullopt;
  for (auto& [hash, other] : by_sha256_) {
    if (hash != sha256 && other.role == Role::kOperator && !other.revoked_at) {
      other.revoked_at = key.created_at;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ApiKey>> MemoryApiKeyStore::List(const std::string& project_id,
                                                            int limit) {
  FURNACE_RETURN_IF_ERROR(projects_.Get(project_id).status());
  MutexLock lock(mutex_);
  std::vector<ApiKey> keys;
  for (const auto& [hash, key] : by_sha256_) {
    if (key.project_id == project_id) keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end(), [](const ApiKey& a, const ApiKey& b) {
    const bool a_lives = !a.revoked_at;
    const bool b_lives = !b.revoked_at;
    return a_lives != b_lives ? a_lives : IsNewer(a, b);
  });
  CutTo(limit, keys);
  std::sort(keys.begin(), keys.end(), IsNewer);
  return keys;
}

absl::StatusOr<ApiKey> MemoryApiKeyStore::Revoke(const std::string& project_id,
                                                 const std::string& key_id, absl::Time now) {
  MutexLock lock(mutex_);
  for (auto& [hash, key] : by_sha256_) {
    if (key.id != key_id || key.project_id != project_id) continue;
    if (!key.revoked_at) key.revoked_at = now;
    return key;
  }
  return NotFound("key", key_id);
}

absl::StatusOr<ApiKey> MemoryApiKeyStore::Resolve(std::string_view sha256) {
  MutexLock lock(mutex_);
  const auto found = by_sha256_.find(sha256);
  if (found == by_sha256_.end() || found->second.revoked_at) {
    return absl::NotFoundError("no live key has this hash");
  }
  return found->second;
}

absl::Status MemoryEndpointStore::Create(const Endpoint& endpoint, int max_live) {
  FURNACE_RETURN_IF_ERROR(projects_.Get(endpoint.project_id).status());
  MutexLock lock(mutex_);
  const auto live = LiveOf(endpoint.project_id);
  if (live.contains(endpoint.spec.name)) return absl::AlreadyExistsError("spec.name: taken");
  if (live.size() >= static_cast<std::size_t>(max_live)) {
    return absl::ResourceExhaustedError("too many endpoints");
  }
  by_id_[endpoint.id] = {endpoint, ++last_change_};
  return absl::OkStatus();
}

absl::StatusOr<Endpoint> MemoryEndpointStore::Update(const std::string& project_id,
                                                     const std::string& id, const Change& change) {
  MutexLock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || found->second.endpoint.project_id != project_id ||
      found->second.endpoint.status == EndpointStatus::kDeleted) {
    return NotFound("endpoint", id);
  }
  FURNACE_ASSIGN_OR_RETURN(const Endpoint next, change(found->second.endpoint));
  if (next != found->second.endpoint) found->second = {next, ++last_change_};
  return next;
}

absl::StatusOr<Endpoint> MemoryEndpointStore::Get(const std::string& project_id,
                                                  const std::string& id) {
  FURNACE_ASSIGN_OR_RETURN(Endpoint endpoint, Find(id));
  if (endpoint.project_id != project_id || endpoint.status == EndpointStatus::kDeleted) {
    return NotFound("endpoint", id);
  }
  return endpoint;
}

absl::StatusOr<std::string> MemoryEndpointStore::FindId(const std::string& project_id,
                                                        const std::string& name) {
  MutexLock lock(mutex_);
  const auto live = LiveOf(project_id);
  const auto found = live.find(name);
  if (found == live.end()) return NotFound("endpoint", name);
  return found->second.id;
}

absl::StatusOr<std::vector<Endpoint>> MemoryEndpointStore::List(const std::string& project_id,
                                                                const std::string& after_name,
                                                                int limit) {
  MutexLock lock(mutex_);
  const auto live = LiveOf(project_id);
  std::vector<Endpoint> endpoints;
  for (auto it = live.upper_bound(after_name); it != live.end(); ++it) {
    endpoints.push_back(it->second);
  }
  CutTo(limit, endpoints);
  return endpoints;
}

absl::StatusOr<Endpoint> MemoryEndpointStore::Find(const std::string& id) {
  MutexLock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return NotFound("endpoint", id);
  return found->second.endpoint;
}

absl::StatusOr<std::vector<EndpointChange>> MemoryEndpointStore::ListChanges(std::int64_t cursor,
                                                                             int limit) {
  MutexLock lock(mutex_);
  std::vector<EndpointChange> changes;
  for (const auto& [id, change] : by_id_) {
    if (change.cursor > cursor) changes.push_back(change);
  }
  std::sort(changes.begin(), changes.end(),
            [](const auto& a, const auto& b) { return a.cursor < b.cursor; });
  CutTo(limit, changes);
  return changes;
}

std::map<std::string, Endpoint> MemoryEndpointStore::LiveOf(const std::string& project_id) const {
  std::map<std::string, Endpoint> live;
  for (const auto& [id, change] : by_id_) {
    const Endpoint& endpoint = change.endpoint;
    if (endpoint.project_id == project_id && endpoint.status != EndpointStatus::kDeleted) {
      live.emplace(endpoint.spec.name, endpoint);
    }
  }
  return live;
}

}  // namespace furnace::registry
