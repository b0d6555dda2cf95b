#include "services/gateway/rpc/front_service.h"

#include <grpcpp/impl/rpc_service_method.h>

namespace furnace::gateway {

FrontService::FrontService(const wire::Service& service) {
  using grpc::internal::RpcMethod;
  using grpc::internal::RpcServiceMethod;
  for (const wire::Method& method : wire::PublicMethods()) {
    if (method.descriptor->service() != service.descriptor) continue;
    const auto index = static_cast<int>(methods_.size());
    methods_.push_back(&method);
    // The service owns it, as in generated code.
    AddMethod(new RpcServiceMethod(method.path.c_str(), RpcMethod::SERVER_STREAMING, nullptr));
    MarkMethodRaw(index);
  }
}

}  // namespace furnace::gateway
