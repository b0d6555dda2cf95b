#include "services/gateway/clients/registry_endpoints.h"

#include <utility>

#include "services/gateway/clients/catalog_call.h"

namespace furnace::gateway {
namespace {

constexpr absl::Duration kResolveTimeout = absl::Seconds(2);

}  // namespace

RegistryEndpoints::RegistryEndpoints(const std::shared_ptr<grpc::Channel>& channel,
                                     furnace::rpc::CompletionThreads& completions,
                                     std::string internal_token)
    : stub_(furnace::internal::v1::CatalogService::NewStub(channel)),
      completions_(completions),
      options_{std::move(internal_token), kResolveTimeout} {}

void RegistryEndpoints::Resolve(const std::string& project_id, const std::string& name, Done done) {
  using Lookup = CatalogCall<furnace::internal::v1::ResolveEndpointNameRequest,
                             furnace::internal::v1::ResolveEndpointNameResponse>;
  furnace::internal::v1::ResolveEndpointNameRequest request;
  request.set_project_id(project_id);
  request.set_name(name);
  std::make_shared<Lookup>(std::move(request), [done = std::move(done)](auto response) mutable {
    if (!response.ok()) return done(response.status());
    done(std::move(*response->mutable_endpoint_id()));
  })->Start(completions_, options_, [this](auto* context, const auto& asked, auto* queue) {
    return stub_->AsyncResolveEndpointName(context, asked, queue);
  });
}

}  // namespace furnace::gateway
