#include "services/gateway/clients/registry_keys.h"

#include <utility>

#include "services/gateway/clients/catalog_call.h"

namespace furnace::gateway {
namespace {

constexpr absl::Duration kResolveTimeout = absl::Seconds(2);

Role RoleFromProto(furnace::v1::Role role) {
  switch (role) {
    case furnace::v1::ROLE_VIEWER: return Role::kViewer;
    case furnace::v1::ROLE_RUNNER: return Role::kRunner;
    case furnace::v1::ROLE_DEVELOPER: return Role::kDeveloper;
    case furnace::v1::ROLE_ADMIN: return Role::kAdmin;
    case furnace::v1::ROLE_OPERATOR: return Role::kOperator;
    default: return Role::kNone;
  }
}

}  // namespace

RegistryKeys::RegistryKeys(const std::shared_ptr<grpc::Channel>& channel,
                           furnace::rpc::CompletionThreads& completions, std::string internal_token)
    : stub_(furnace::internal::v1::CatalogService::NewStub(channel)),
      completions_(completions),
      options_{std::move(internal_token), kResolveTimeout} {}

void RegistryKeys::Resolve(const std::string& key_sha256, Done done) {
  using Lookup = CatalogCall<furnace::internal::v1::ResolveApiKeyRequest,
                             furnace::internal::v1::ResolveApiKeyResponse>;
  furnace::internal::v1::ResolveApiKeyRequest request;
  request.set_secret_sha256(key_sha256);
  std::make_shared<Lookup>(std::move(request), [done = std::move(done)](auto response) mutable {
    if (!response.ok()) return done(response.status());
    done(Caller{response->project_id(), response->key_id(), RoleFromProto(response->role())});
  })->Start(completions_, options_, [this](auto* context, const auto& asked, auto* queue) {
    return stub_->AsyncResolveApiKey(context, asked, queue);
  });
}

}  // namespace furnace::gateway
