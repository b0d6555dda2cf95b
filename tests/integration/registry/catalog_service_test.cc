#include <gtest/gtest.h>

#include "libs/common/base/sha256.h"
#include "tests/support/registry_server.h"

namespace furnace::registry {
namespace {

using grpc::StatusCode;
using Stub = internal::v1::CatalogService::Stub;

class CatalogServiceTest : public testing::Test {
 protected:
  grpc::Status Resolve(const std::string& sha256, internal::v1::ResolveApiKeyResponse* response) {
    internal::v1::ResolveApiKeyRequest request;
    request.set_secret_sha256(sha256);
    return Call(suite_, *stub_, &Stub::ResolveApiKey, request, response);
  }

  grpc::Status Find(const std::string& id, internal::v1::FindEndpointResponse* response) {
    internal::v1::FindEndpointRequest request;
    request.set_endpoint_id(id);
    return Call(suite_, *stub_, &Stub::FindEndpoint, request, response);
  }

  grpc::Status Changes(std::int64_t cursor, int limit,
                       internal::v1::ListEndpointChangesResponse* response) {
    internal::v1::ListEndpointChangesRequest request;
    request.set_cursor(cursor);
    request.set_limit(limit);
    return Call(suite_, *stub_, &Stub::ListEndpointChanges, request, response);
  }

  v1::Endpoint CreateEndpoint(const std::string& name) {
    v1::CreateEndpointRequest request;
    request.mutable_spec()->set_name(name);
    request.mutable_spec()->set_image_uri("file:///srv/echo");
    v1::CreateEndpointResponse response;
    EXPECT_TRUE(
        Call(owner_, *endpoints_, &v1::EndpointService::Stub::CreateEndpoint, request, &response)
            .ok());
    return response.endpoint();
  }

  v1::Endpoint DeleteEndpoint(const std::string& id) {
    v1::DeleteEndpointRequest request;
    request.set_endpoint_id(id);
    v1::DeleteEndpointResponse response;
    EXPECT_TRUE(
        Call(owner_, *endpoints_, &v1::EndpointService::Stub::DeleteEndpoint, request, &response)
            .ok());
    return response.endpoint();
  }

  v1::CreateApiKeyResponse CreateKey() {
    v1::CreateApiKeyRequest request;
    request.set_project_id("me");
    request.set_role(v1::ROLE_RUNNER);
    v1::CreateApiKeyResponse response;
    EXPECT_TRUE(
        Call(owner_, *projects_, &v1::ProjectService::Stub::CreateApiKey, request, &response).ok());
    return response;
  }

  TestServer server_;
  const TestCaller suite_ = {"", v1::ROLE_UNSPECIFIED};
  const TestCaller owner_ = {server_.AddProject("team-a"), v1::ROLE_ADMIN};
  const std::unique_ptr<Stub> stub_ = internal::v1::CatalogService::NewStub(server_.channel());
  const std::unique_ptr<v1::EndpointService::Stub> endpoints_ =
      v1::EndpointService::NewStub(server_.channel());
  const std::unique_ptr<v1::ProjectService::Stub> projects_ =
      v1::ProjectService::NewStub(server_.channel());
};

TEST_F(CatalogServiceTest, AnIssuedKeyResolvesUntilItIsRevoked) {
  const v1::CreateApiKeyResponse created = CreateKey();
  internal::v1::ResolveApiKeyResponse resolved;
  ASSERT_TRUE(Resolve(Sha256(created.secret()), &resolved).ok());
  EXPECT_EQ(resolved.project_id(), owner_.project_id);
  EXPECT_EQ(resolved.key_id(), created.key().id());
  EXPECT_EQ(resolved.role(), v1::ROLE_RUNNER);

  v1::RevokeApiKeyRequest request;
  request.set_project_id("me");
  request.set_key_id(created.key().id());
  v1::RevokeApiKeyResponse revoked;
  ASSERT_TRUE(
      Call(owner_, *projects_, &v1::ProjectService::Stub::RevokeApiKey, request, &revoked).ok());
  EXPECT_EQ(Resolve(Sha256(created.secret()), &resolved).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(CatalogServiceTest, TheOperatorKeyResolvesToItsRole) {
  internal::v1::ResolveApiKeyResponse resolved;
  ASSERT_TRUE(Resolve(Sha256(kTestOperatorKey), &resolved).ok());
  EXPECT_EQ(resolved.project_id(), server_.default_project());
  EXPECT_EQ(resolved.role(), v1::ROLE_OPERATOR);
}

TEST_F(CatalogServiceTest, UnknownHashesAreNotFound) {
  internal::v1::ResolveApiKeyResponse resolved;
  for (const std::string& hash :
       {std::string(), std::string("short"), std::string(32, '\0'), std::string(100'000, 'x')}) {
    EXPECT_EQ(Resolve(hash, &resolved).error_code(), StatusCode::NOT_FOUND) << hash.size();
  }
}

TEST_F(CatalogServiceTest, FindReturnsAnyEndpointDeletedOnesIncluded) {
  const v1::Endpoint created = CreateEndpoint("echo");
  internal::v1::FindEndpointResponse found;
  ASSERT_TRUE(Find(created.id(), &found).ok());
  EXPECT_EQ(found.endpoint().DebugString(), created.DebugString());
  const v1::Endpoint deleted = DeleteEndpoint(created.id());
  ASSERT_TRUE(Find(created.id(), &found).ok());
  EXPECT_EQ(found.endpoint().DebugString(), deleted.DebugString());
}

TEST_F(CatalogServiceTest, FindOfAnUnknownIdIsNotFound) {
  internal::v1::FindEndpointResponse found;
  EXPECT_EQ(Find("01890000-0000-7000-8000-0000000000ff", &found).error_code(),
            StatusCode::NOT_FOUND);
  EXPECT_EQ(Find("x", &found).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(CatalogServiceTest, ANameResolvesWithinItsProject) {
  const v1::Endpoint created = CreateEndpoint("echo");
  internal::v1::ResolveEndpointNameRequest request;
  request.set_project_id(owner_.project_id);
  request.set_name("echo");
  internal::v1::ResolveEndpointNameResponse response;
  ASSERT_TRUE(Call(suite_, *stub_, &Stub::ResolveEndpointName, request, &response).ok());
  EXPECT_EQ(response.endpoint_id(), created.id());
  request.set_project_id("01890000-0000-7000-8000-0000000000ff");
  EXPECT_EQ(Call(suite_, *stub_, &Stub::ResolveEndpointName, request, &response).error_code(),
            StatusCode::NOT_FOUND);
}

TEST_F(CatalogServiceTest, ChangesLetACallerKeepACopy) {
  internal::v1::ListEndpointChangesResponse changes;
  ASSERT_TRUE(Changes(0, 0, &changes).ok());
  EXPECT_EQ(changes.endpoints_size(), 0);
  EXPECT_EQ(changes.next_cursor(), 0);

  const v1::Endpoint a = CreateEndpoint("a");
  const v1::Endpoint b = CreateEndpoint("b");
  ASSERT_TRUE(Changes(0, 1, &changes).ok());
  ASSERT_EQ(changes.endpoints_size(), 1);
  EXPECT_EQ(changes.endpoints(0).id(), a.id());
  ASSERT_TRUE(Changes(changes.next_cursor(), 0, &changes).ok());
  ASSERT_EQ(changes.endpoints_size(), 1);
  EXPECT_EQ(changes.endpoints(0).id(), b.id());

  const std::int64_t cursor = changes.next_cursor();
  ASSERT_TRUE(Changes(cursor, 0, &changes).ok());
  EXPECT_EQ(changes.endpoints_size(), 0);
  EXPECT_EQ(changes.next_cursor(), cursor);
  DeleteEndpoint(a.id());
  ASSERT_TRUE(Changes(cursor, 0, &changes).ok());
  ASSERT_EQ(changes.endpoints_size(), 1);
  EXPECT_EQ(changes.endpoints(0).status(), v1::ENDPOINT_STATUS_DELETED);
}

TEST_F(CatalogServiceTest, APauseIsAChangeOfTheSameRevision) {
  const v1::Endpoint created = CreateEndpoint("echo");
  internal::v1::ListEndpointChangesResponse changes;
  ASSERT_TRUE(Changes(0, 0, &changes).ok());
  v1::PauseEndpointRequest request;
  request.set_endpoint_id(created.id());
  v1::PauseEndpointResponse paused;
  ASSERT_TRUE(
      Call(owner_, *endpoints_, &v1::EndpointService::Stub::PauseEndpoint, request, &paused).ok());
  ASSERT_TRUE(Changes(changes.next_cursor(), 0, &changes).ok());
  ASSERT_EQ(changes.endpoints_size(), 1);
  EXPECT_EQ(changes.endpoints(0).status(), v1::ENDPOINT_STATUS_PAUSED);
  EXPECT_EQ(changes.endpoints(0).revision(), created.revision());
}

TEST_F(CatalogServiceTest, ChangesCheckTheirArguments) {
  internal::v1::ListEndpointChangesResponse changes;
  EXPECT_EQ(Changes(-1, 0, &changes).error_message(), "cursor: -1 is negative");
  EXPECT_EQ(Changes(0, 1001, &changes).error_message(), "limit: 1001 is not from 1 to 1000");
  EXPECT_EQ(Changes(0, -1, &changes).error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(CatalogServiceTest, QuotasAreListedOfProjectsThatHaveSome) {
  v1::SetQuotaRequest request;
  request.set_project_id(owner_.project_id);
  request.mutable_quota()->set_max_requests_per_day(9);
  v1::SetQuotaResponse set;
  const TestCaller someone = {server_.default_project(), v1::ROLE_OPERATOR};
  ASSERT_TRUE(Call(someone, *projects_, &v1::ProjectService::Stub::SetQuota, request, &set).ok());
  internal::v1::ListQuotasResponse listed;
  ASSERT_TRUE(
      Call(suite_, *stub_, &Stub::ListQuotas, internal::v1::ListQuotasRequest(), &listed).ok());
  ASSERT_EQ(listed.entries_size(), 1);
  EXPECT_EQ(listed.entries(0).project_id(), owner_.project_id);
  EXPECT_EQ(listed.entries(0).quota().max_requests_per_day(), 9);
}

}  // namespace
}  // namespace furnace::registry
