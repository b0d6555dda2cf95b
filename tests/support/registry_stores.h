// The registry's ports in memory: for tests of what is above them. The contract
// suites in tests/contract/registry keep them honest.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "services/registry/app/ports.h"

namespace furnace::registry {

class MemoryProjectStore final : public ProjectStore {
 public:
  absl::Status Create(const Project& project) override;
  absl::StatusOr<Project> Ensure(const Project& project) override;
  absl::StatusOr<Project> Get(const std::string& id) override;
  absl::StatusOr<std::vector<Project>> List(int limit) override;
  absl::StatusOr<Project> SetQuota(const std::string& id, const ProjectQuota& quota) override;
  absl::StatusOr<std::vector<Project>> ListWithQuota(const std::string& after_id,
                                                     int limit) override;

 private:
  Mutex mutex_;
  std::map<std::string, Project> by_name_ ABSL_GUARDED_BY(mutex_);
};

class MemoryApiKeyStore final : public ApiKeyStore {
 public:
  explicit MemoryApiKeyStore(ProjectStore& projects) : projects_(projects) {}

  absl::Status Create(const ApiKey& key, std::string_view sha256, int max_live) override;
  absl::Status PutOperator(const ApiKey& key, std::string_view sha256) override;
  absl::StatusOr<std::vector<ApiKey>> List(const std::string& project_id, int limit) override;
  absl::StatusOr<ApiKey> Revoke(const std::string& project_id, const std::string& key_id,
                                absl::Time now) override;
  absl::StatusOr<ApiKey> Resolve(std::string_view sha256) override;

 private:
  ProjectStore& projects_;
  Mutex mutex_;
  std::map<std::string, ApiKey, std::less<>> by_sha256_ ABSL_GUARDED_BY(mutex_);
};

class MemoryEndpointStore final : public EndpointStore {
 public:
  explicit MemoryEndpointStore(ProjectStore& projects) : projects_(projects) {}

  absl::Status Create(const Endpoint& endpoint, int max_live) override;
  absl::StatusOr<Endpoint> Update(const std::string& project_id, const std::string& id,
                                  const Change& change) override;
  absl::StatusOr<Endpoint> Get(const std::string& project_id, const std::string& id) override;
  absl::StatusOr<std::string> FindId(const std::string& project_id,
                                     const std::string& name) override;
  absl::StatusOr<std::vector<Endpoint>> List(const std::string& project_id,
                                             const std::string& after_name, int limit) override;
  absl::StatusOr<Endpoint> Find(const std::string& id) override;
  absl::StatusOr<std::vector<EndpointChange>> ListChanges(std::int64_t cursor, int limit) override;

 private:
  // The live endpoints of a project, by name.
  std::map<std::string, Endpoint> LiveOf(const std::string& project_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  ProjectStore& projects_;
  Mutex mutex_;
  std::int64_t last_change_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, EndpointChange> by_id_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace furnace::registry
