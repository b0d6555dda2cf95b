#include "services/gateway/domain/role.h"

namespace furnace::gateway {

std::string_view ToString(Role role) {
  switch (role) {
    case Role::kViewer: return "VIEWER";
    case Role::kRunner: return "RUNNER";
    case Role::kDeveloper: return "DEVELOPER";
    case Role::kAdmin: return "ADMIN";
    case Role::kOperator: return "OPERATOR";
    case Role::kNone: break;
  }
  return "NONE";
}

}  // namespace furnace::gateway
