#include "tests/support/registry_server.h"

#include "libs/common/base/check.h"
#include "libs/common/base/sha256.h"
#include "libs/common/rpc/client.h"
#include "services/registry/app/bootstrap.h"

namespace furnace::registry {

TestServer::TestServer() {
  FURNACE_CHECK(
      EnsureOperator(database_.projects(), database_.keys(), clock_, kTestOperatorKey).ok());
  default_project_ = keys_.Resolve(Sha256(kTestOperatorKey))->project_id;
  auto started = furnace::rpc::Server::Start(
      {.address = "127.0.0.1:0"}, {&project_service_, &endpoint_service_, &catalog_service_});
  FURNACE_CHECK(started.ok());
  server_ = *std::move(started);
  channel_ = furnace::rpc::Dial("127.0.0.1:" + std::to_string(server_->port()));
}

std::string TestServer::AddProject(const std::string& name) {
  const auto project = projects_.Create(name, "");
  FURNACE_CHECK(project.ok());
  return project->id;
}

}  // namespace furnace::registry
