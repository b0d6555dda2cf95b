// What the registry needs of the world. storage/ implements these against
// PostgreSQL, tests/support/ in memory; one contract suite holds both.
//
// All are thread-safe. Ids given to them are UUIDs. Besides what a method lists,
// UNAVAILABLE or DEADLINE_EXCEEDED when the store does not answer. Times are kept
// to the microsecond.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/registry/domain/api_key.h"
#include "services/registry/domain/endpoint.h"
#include "services/registry/domain/project.h"

namespace furnace::registry {

class ProjectStore {
 public:
  virtual ~ProjectStore() = default;

  /// ALREADY_EXISTS when the name or the id is taken.
  virtual absl::Status Create(const Project& project) = 0;

  /// The project named `project.name`, which is `project` itself if there was
  /// none.
  virtual absl::StatusOr<Project> Ensure(const Project& project) = 0;

  /// NOT_FOUND when there is none.
  virtual absl::StatusOr<Project> Get(const std::string& id) = 0;

  /// The first `limit` projects by name.
  virtual absl::StatusOr<std::vector<Project>> List(int limit) = 0;

  /// The project with its new quota. NOT_FOUND when there is none.
  virtual absl::StatusOr<Project> SetQuota(const std::string& id, const ProjectQuota& quota) = 0;

  /// The first `limit` projects that have a quota of anything and whose ids come after
  /// `after_id` (empty: all), by id.
  virtual absl::StatusOr<std::vector<Project>> ListWithQuota(const std::string& after_id,
                                                             int limit) = 0;
};

/// Keys are found by the SHA-256 of their secret, 32 bytes; secrets are not known
/// here.
class ApiKeyStore {
 public:
  virtual ~ApiKeyStore() = default;

  /// NOT_FOUND when the key's project does not exist; RESOURCE_EXHAUSTED when it
  /// has `max_live` live keys.
  virtual absl::Status Create(const ApiKey& key, std::string_view sha256, int max_live) = 0;

  /// Makes the key with this hash the one live operator key: creates it as `key`,
  /// or revives the one that is stored, and revokes any other operator key.
  virtual absl::Status PutOperator(const ApiKey& key, std::string_view sha256) = 0;

  /// Newest first; at most `limit`, where live keys come before revoked ones and
  /// newer before older. NOT_FOUND when the project does not exist.
  virtual absl::StatusOr<std::vector<ApiKey>> List(const std::string& project_id, int limit) = 0;

  /// The key, revoked at `now` or when it was before. NOT_FOUND when the project
  /// has no such key.
  virtual absl::StatusOr<ApiKey> Revoke(const std::string& project_id, const std::string& key_id,
                                        absl::Time now) = 0;

  /// The live key with this hash. NOT_FOUND when there is none.
  virtual absl::StatusOr<ApiKey> Resolve(std::string_view sha256) = 0;
};

/// An endpoint in its latest state, and where its last change stands among all.
struct EndpointChange {
  Endpoint endpoint;
  std::int64_t cursor = 0;  // From 1.
};

/// An endpoint is live until it is deleted: active, or paused.
class EndpointStore {
 public:
  /// Computes the next state of an endpoint, or refuses. Called once, under a
  /// lock: it must not call the store.
  using Change = std::function<absl::StatusOr<Endpoint>(const Endpoint&)>;

  virtual ~EndpointStore() = default;

  /// NOT_FOUND when the project does not exist; ALREADY_EXISTS when it has a live
  /// endpoint of this name; RESOURCE_EXHAUSTED when it has `max_live`.
  virtual absl::Status Create(const Endpoint& endpoint, int max_live) = 0;

  /// Stores what `change` makes of the live endpoint, unless that is the same,
  /// and returns it. Changes of one endpoint do not overlap. NOT_FOUND when the
  /// project has no such live endpoint; else the error of `change`.
  virtual absl::StatusOr<Endpoint> Update(const std::string& project_id, const std::string& id,
                                          const Change& change) = 0;

  /// NOT_FOUND when the project has no such live endpoint.
  virtual absl::StatusOr<Endpoint> Get(const std::string& project_id, const std::string& id) = 0;

  /// The id of the project's live endpoint of this name. NOT_FOUND when it has none.
  virtual absl::StatusOr<std::string> FindId(const std::string& project_id,
                                             const std::string& name) = 0;

  /// The first `limit` live endpoints of the project whose names come after
  /// `after_name`, by name, compared as bytes.
  virtual absl::StatusOr<std::vector<Endpoint>> List(const std::string& project_id,
                                                     const std::string& after_name, int limit) = 0;

  /// Any project's endpoint, deleted ones included. NOT_FOUND when there is none.
  virtual absl::StatusOr<Endpoint> Find(const std::string& id) = 0;

  /// The first `limit` endpoints that changed after `cursor`, oldest change first;
  /// 0 is before all. Whoever goes on from the last cursor of each answer misses
  /// nothing, whatever is written meanwhile.
  virtual absl::StatusOr<std::vector<EndpointChange>> ListChanges(std::int64_t cursor,
                                                                  int limit) = 0;
};

}  // namespace furnace::registry
