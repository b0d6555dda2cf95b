#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace furnace::metering {

/// Objects by key, as buckets have them. Keys are of letters, digits and "/-_.". For one
/// thread. Errors of all: UNAVAILABLE; of what got no answer it is not known whether it was
/// done.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// Stores an object, whole, unless there is one of this key; whether it did.
  virtual absl::StatusOr<bool> Add(const std::string& key, std::string body) = 0;

  virtual absl::StatusOr<std::string> Get(const std::string& key) = 0;

  /// The first key that begins with `prefix` and comes after `after` in the order of their
  /// bytes; nullopt when there is none.
  virtual absl::StatusOr<std::optional<std::string>> FirstKeyAfter(const std::string& prefix,
                                                                   const std::string& after) = 0;
};

}  // namespace furnace::metering
