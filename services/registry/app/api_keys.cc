#include "services/registry/app/api_keys.h"

#include <utility>

#include "libs/common/base/sha256.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/registry/app/now.h"
#include "services/registry/app/secrets.h"

namespace furnace::registry {
namespace {

constexpr std::size_t kSha256Bytes = 32;

}  // namespace

absl::StatusOr<IssuedKey> ApiKeys::Create(const Caller& caller, std::string_view project_id,
                                          const std::string& name, Role role) {
  FURNACE_ASSIGN_OR_RETURN(std::string project, ResolveProject(caller, project_id));
  FURNACE_RETURN_IF_ERROR(ValidateKeyName(name));
  FURNACE_RETURN_IF_ERROR(ValidateIssuedRole(role));
  FURNACE_ASSIGN_OR_RETURN(std::string secret, NewSecret());

  const absl::Time now = NowInMicros(clock_);
  ApiKey key{.id = NewUuid(now),
             .project_id = std::move(project),
             .name = name,
             .prefix = PrefixOf(secret),
             .role = role,
             .created_at = now,
             .revoked_at = std::nullopt};
  FURNACE_RETURN_IF_ERROR(store_.Create(key, Sha256(secret), kMaxLiveKeys));
  return IssuedKey{std::move(key), std::move(secret)};
}

absl::StatusOr<std::vector<ApiKey>> ApiKeys::List(const Caller& caller,
                                                  std::string_view project_id) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project, ResolveProject(caller, project_id));
  return store_.List(project, kMaxListedKeys);
}

absl::StatusOr<ApiKey> ApiKeys::Revoke(const Caller& caller, std::string_view project_id,
                                       const std::string& key_id) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project, ResolveProject(caller, project_id));
  if (!IsUuid(key_id)) return NotFound("key", key_id);
  return store_.Revoke(project, key_id, NowInMicros(clock_));
}

absl::StatusOr<ApiKey> ApiKeys::Resolve(std::string_view sha256) {
  if (sha256.size() != kSha256Bytes) return absl::NotFoundError("no live key has this hash");
  return store_.Resolve(sha256);
}

}  // namespace furnace::registry
