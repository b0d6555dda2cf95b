// The registry as its callers meet it: a gRPC server over the test's PostgreSQL.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "furnace/v1/options.pb.h"
#include "libs/common/rpc/call_context.h"
#include "libs/common/rpc/server.h"
#include "services/registry/rpc/catalog_service.h"
#include "services/registry/rpc/endpoint_service.h"
#include "services/registry/rpc/project_service.h"
#include "tests/support/registry_database.h"

namespace furnace::registry {

inline constexpr char kTestToken[] = "internal-token-of-the-test";
inline constexpr char kTestOperatorKey[] = "fk_operator_key_of_the_test";

class TestServer {
 public:
  TestServer();

  std::shared_ptr<grpc::Channel> channel() const { return channel_; }

  /// Project "default", which the operator key is in.
  const std::string& default_project() const { return default_project_; }
  /// Stores a project of this name and returns its id.
  std::string AddProject(const std::string& name);

 private:
  TestDatabase database_;
  SystemClock clock_;
  Projects projects_{database_.projects(), clock_};
  ApiKeys keys_{database_.keys(), clock_};
  Endpoints endpoints_{database_.endpoints(), clock_};
  furnace::rpc::Gate gate_{kTestToken};
  rpc::ProjectHandlers project_handlers_{projects_, keys_};
  rpc::EndpointHandlers endpoint_handlers_{endpoints_};
  rpc::CatalogHandlers catalog_handlers_{keys_, endpoints_, projects_};
  rpc::ProjectService project_service_{gate_, project_handlers_};
  rpc::EndpointService endpoint_service_{gate_, endpoint_handlers_};
  rpc::CatalogService catalog_service_{gate_, catalog_handlers_};
  std::unique_ptr<furnace::rpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::string default_project_;
};

/// Who a call is made for.
struct TestCaller {
  std::string project_id;
  v1::Role role = v1::ROLE_ADMIN;
};

/// Calls a method of a stub for `caller`, with the token:
///   Call(caller, *stub, &v1::EndpointService::Stub::GetEndpoint, request, &response)
template <typename Stub, typename Request, typename Response>
grpc::Status Call(const TestCaller& caller, Stub& stub,
                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  const Request& request, Response* response) {
  grpc::ClientContext context;
  context.AddMetadata(furnace::rpc::kTokenKey, kTestToken);
  context.AddMetadata(furnace::rpc::kProjectKey, caller.project_id);
  context.AddMetadata(furnace::rpc::kRoleKey, v1::Role_Name(caller.role));
  return (stub.*method)(&context, request, response);
}

}  // namespace furnace::registry
