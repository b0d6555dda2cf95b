#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace furnace::rpc {

/// What a worker's credential says of it.
struct WorkerIdentity {
  std::string worker_id;
  std::string endpoint_id;
  absl::Time expires;
};

/// A bearer token for one worker: "fw_<expiry>.<endpoint>.<worker>.<mac>", the mac
/// being HMAC-SHA256 under the suite's internal token. Neither id may hold a dot.
std::string MintWorkerToken(std::string_view internal_token, const WorkerIdentity& identity);

/// What a token says. UNAUTHENTICATED when it was not minted here or has expired.
absl::StatusOr<WorkerIdentity> VerifyWorkerToken(std::string_view internal_token,
                                                 std::string_view token, absl::Time now);

}  // namespace furnace::rpc
