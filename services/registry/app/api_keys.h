#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/registry/app/ports.h"
#include "services/registry/domain/access.h"

namespace furnace::registry {

/// A key with its secret, which exists nowhere else from here on.
struct IssuedKey {
  ApiKey key;
  std::string secret;
};

/// Credentials of projects. Thread-safe. Errors are those of the proto's
/// ProjectService and CatalogService, and the store's.
class ApiKeys {
 public:
  ApiKeys(ApiKeyStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  absl::StatusOr<IssuedKey> Create(const Caller& caller, std::string_view project_id,
                                   const std::string& name, Role role);
  absl::StatusOr<std::vector<ApiKey>> List(const Caller& caller, std::string_view project_id);
  absl::StatusOr<ApiKey> Revoke(const Caller& caller, std::string_view project_id,
                                const std::string& key_id);
  /// The live key whose secret has this SHA-256.
  absl::StatusOr<ApiKey> Resolve(std::string_view sha256);

 private:
  ApiKeyStore& store_;
  const Clock& clock_;
};

}  // namespace furnace::registry
