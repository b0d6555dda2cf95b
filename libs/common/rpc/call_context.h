#pragma once

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "furnace/v1/options.pb.h"

namespace furnace::rpc {

// Metadata that the suite's own callers send. The gateway fills in the caller; it
// drops these names from what it takes from outside.
inline constexpr char kTokenKey[] = "x-furnace-token";
inline constexpr char kProjectKey[] = "x-furnace-project";
inline constexpr char kPrincipalKey[] = "x-furnace-principal";
inline constexpr char kRoleKey[] = "x-furnace-role";
inline constexpr char kRequestIdKey[] = "x-request-id";
inline constexpr char kTraceparentKey[] = "traceparent";

/// Who calls and until when: what a handler may know of the call it serves.
struct CallContext {
  absl::Time deadline = absl::InfiniteFuture();
  std::string project_id;  // UUID; empty for a call of the suite itself.
  std::string principal;   // Id of the API key or token.
  furnace::v1::Role role = furnace::v1::ROLE_UNSPECIFIED;
  std::string request_id;
  std::string traceparent;
};

/// The value of a metadata key, or empty.
std::string MetadataOf(const grpc::ServerContextBase& context, const char* key);

/// Lets in who knows the suite's internal token; nobody, when that is empty.
class Gate {
 public:
  explicit Gate(std::string internal_token) : token_(std::move(internal_token)) {}

  /// The caller as the metadata names it. UNAUTHENTICATED without the token.
  absl::StatusOr<CallContext> Admit(const grpc::ServerContextBase& context) const;

 private:
  const std::string token_;
};

/// The caller's project; PERMISSION_DENIED when the call carries none.
absl::StatusOr<std::string> ProjectOf(const CallContext& call);

/// UUID of the caller's API key; empty: it has none.
std::string ApiKeyOf(const CallContext& call);

}  // namespace furnace::rpc
