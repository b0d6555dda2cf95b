#pragma once

#include <string>
#include <string_view>

namespace furnace::worker {

/// Who may speak to the agent: the handler's process, which was given a secret
/// when it was started. Each process gets another, so that what an earlier one
/// left behind is not heard. Not thread-safe.
class Gate {
 public:
  /// A new secret, the only one that counts from now on.
  const std::string& Rotate();

  /// Whether an Authorization header holds the secret, bare or as "Bearer ...".
  bool Admits(std::string_view authorization) const;

 private:
  std::string secret_;
};

}  // namespace furnace::worker
