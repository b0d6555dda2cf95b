#include "libs/common/rpc/call_context.h"

#include <openssl/crypto.h>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::rpc {
namespace {

// A deadline later than this is gRPC's way of saying that there is none.
constexpr absl::Duration kLongestDeadline = absl::Hours(24 * 365);

bool Same(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

furnace::v1::Role ParseRole(const std::string& name) {
  furnace::v1::Role role = furnace::v1::ROLE_UNSPECIFIED;
  furnace::v1::Role_Parse(name, &role);
  return role;
}

}  // namespace

std::string MetadataOf(const grpc::ServerContextBase& context, const char* key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(key);
  if (found == metadata.end()) return "";
  return {found->second.data(), found->second.size()};
}

absl::StatusOr<CallContext> Gate::Admit(const grpc::ServerContextBase& context) const {
  // No token would be one that everybody knows.
  if (token_.empty() || !Same(MetadataOf(context, kTokenKey), token_)) {
    return absl::UnauthenticatedError("calls here need the suite's internal token");
  }
  CallContext call;
  const absl::Time deadline = absl::FromChrono(context.deadline());
  if (deadline < absl::Now() + kLongestDeadline) call.deadline = deadline;
  call.project_id = MetadataOf(context, kProjectKey);
  call.principal = MetadataOf(context, kPrincipalKey);
  call.role = ParseRole(MetadataOf(context, kRoleKey));
  call.request_id = MetadataOf(context, kRequestIdKey);
  call.traceparent = MetadataOf(context, kTraceparentKey);
  return call;
}

absl::StatusOr<std::string> ProjectOf(const CallContext& call) {
  if (call.project_id.empty()) return absl::PermissionDeniedError("the call names no project");
  return call.project_id;
}

std::string ApiKeyOf(const CallContext& call) {
  return IsUuid(call.principal) ? call.principal : "";
}

}  // namespace furnace::rpc
