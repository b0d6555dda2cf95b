#include "services/registry/domain/project.h"

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/registry/domain/text.h"

namespace furnace::registry {

absl::Status Validate(const Project& project) {
  FURNACE_RETURN_IF_ERROR(ValidateName("name", project.name));
  if (IsUuid(project.id)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "id: {} is not a UUID in lower case",
               Shown(project.id));
}

}  // namespace furnace::registry
