#include "services/gateway/clients/registry_keys.h"

#include <utility>

#include "libs/common/rpc/status_mapping.h"

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

// One lookup in flight: keeps itself until it is answered.
struct Lookup {
  grpc::ClientContext context;
  furnace::internal::v1::ResolveApiKeyRequest request;
  furnace::internal::v1::ResolveApiKeyResponse response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<furnace::internal::v1::ResolveApiKeyResponse>>
      reader;
  KeyDirectory::Done done;
  furnace::rpc::OpTag answered{[this](bool) { Finish(); }};

  void Finish() {
    if (!status.ok()) return done(furnace::rpc::FromGrpc(status));
    done(Caller{response.project_id(), response.key_id(), RoleFromProto(response.role())});
  }
};

}  // namespace

RegistryKeys::RegistryKeys(const std::shared_ptr<grpc::Channel>& channel,
                           furnace::rpc::CompletionThreads& completions, std::string internal_token)
    : stub_(furnace::internal::v1::CatalogService::NewStub(channel)),
      completions_(completions),
      options_{std::move(internal_token), kResolveTimeout} {}

void RegistryKeys::Resolve(const std::string& key_sha256, Done done) {
  auto lookup = std::make_shared<Lookup>();
  lookup->request.set_secret_sha256(key_sha256);
  lookup->done = std::move(done);
  furnace::rpc::Prepare(lookup->context, options_);
  const bool begun = completions_.gate()->Pass([&] {
    lookup->reader =
        stub_->AsyncResolveApiKey(&lookup->context, lookup->request, &completions_.queue());
    lookup->reader->Finish(&lookup->response, &lookup->status, lookup->answered.Arm(lookup));
  });
  if (!begun) lookup->done(absl::UnavailableError("the gateway is shutting down"));
}

}  // namespace furnace::gateway
