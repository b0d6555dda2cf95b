// Who may call what, for every method there is: taken from the protos, so that a
// new method is covered as soon as it exists.
#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/registry_server.h"

namespace furnace::registry {
namespace {

using Metadata = std::vector<std::pair<std::string, std::string>>;

class AccessTest : public testing::Test {
 protected:
  /// Calls a method with an empty request.
  grpc::StatusCode CallWith(const google::protobuf::MethodDescriptor& method,
                            const Metadata& metadata) {
    grpc::ClientContext context;
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    grpc::CompletionQueue queue;
    const std::string path = "/" + method.service()->full_name() + "/" + method.name();
    const grpc::Slice no_bytes;
    const auto call =
        stub_.PrepareUnaryCall(&context, path, grpc::ByteBuffer(&no_bytes, 1), &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, this);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return status.error_code();
  }

  static const google::protobuf::ServiceDescriptor& Find(const std::string& service) {
    return *google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
  }

  Metadata As(v1::Role role) {
    return {{furnace::rpc::kTokenKey, kTestToken},
            {furnace::rpc::kProjectKey, server_.default_project()},
            {furnace::rpc::kRoleKey, v1::Role_Name(role)}};
  }

  TestServer server_;
  grpc::GenericStub stub_{server_.channel()};
};

TEST_F(AccessTest, EveryMethodNeedsTheInternalToken) {
  for (const char* name : {"furnace.v1.ProjectService", "furnace.v1.EndpointService",
                           "furnace.internal.v1.CatalogService"}) {
    const auto& service = Find(name);
    for (int i = 0; i < service.method_count(); ++i) {
      EXPECT_EQ(CallWith(*service.method(i), {}), grpc::StatusCode::UNAUTHENTICATED)
          << service.method(i)->full_name();
      EXPECT_EQ(CallWith(*service.method(i), {{furnace::rpc::kTokenKey, "guess"}}),
                grpc::StatusCode::UNAUTHENTICATED)
          << service.method(i)->full_name();
    }
  }
}

TEST_F(AccessTest, EveryPublicMethodNeedsAProjectAndTheRoleThatItsProtoStates) {
  for (const char* name : {"furnace.v1.ProjectService", "furnace.v1.EndpointService"}) {
    const auto& service = Find(name);
    for (int i = 0; i < service.method_count(); ++i) {
      const auto& method = *service.method(i);
      const v1::Role least = method.options().GetExtension(v1::required_role);
      ASSERT_NE(least, v1::ROLE_UNSPECIFIED) << method.full_name();
      const auto below = static_cast<v1::Role>(least - 1);
      EXPECT_EQ(CallWith(method, As(below)), grpc::StatusCode::PERMISSION_DENIED)
          << method.full_name();
      EXPECT_NE(CallWith(method, As(least)), grpc::StatusCode::PERMISSION_DENIED)
          << method.full_name();
      EXPECT_EQ(CallWith(method, {{furnace::rpc::kTokenKey, kTestToken},
                                  {furnace::rpc::kRoleKey, "ROLE_OPERATOR"}}),
                grpc::StatusCode::PERMISSION_DENIED)
          << method.full_name();
    }
  }
}

}  // namespace
}  // namespace furnace::registry
