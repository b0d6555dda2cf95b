#pragma once

#include <memory>
#include <string>

#include "services/gateway/domain/role.h"

namespace furnace::gateway {

/// Who a credential stands for.
struct Caller {
  std::string project_id;  // UUID.
  std::string principal;   // UUID of the API key: for logs.
  Role role = Role::kNone;
};

/// Shared by the calls made with one credential.
using CallerPtr = std::shared_ptr<const Caller>;

}  // namespace furnace::gateway
