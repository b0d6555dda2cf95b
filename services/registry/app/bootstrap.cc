#include "services/registry/app/bootstrap.h"

#include "libs/common/base/sha256.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/registry/app/now.h"

namespace furnace::registry {

absl::Status EnsureOperator(ProjectStore& projects, ApiKeyStore& keys, const Clock& clock,
                            const std::string& operator_secret) {
  FURNACE_RETURN_IF_ERROR(ValidateOperatorSecret(operator_secret));
  const absl::Time now = NowInMicros(clock);
  FURNACE_ASSIGN_OR_RETURN(
      const Project project,
      projects.Ensure({.id = NewUuid(now), .name = kDefaultProject, .created_at = now}));
  return keys.PutOperator({.id = NewUuid(now),
                           .project_id = project.id,
                           .name = "operator",
                           .prefix = PrefixOf(operator_secret),
                           .role = Role::kOperator,
                           .created_at = now,
                           .revoked_at = std::nullopt},
                          Sha256(operator_secret));
}

}  // namespace furnace::registry
