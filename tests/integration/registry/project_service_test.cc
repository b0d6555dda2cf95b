#include <gtest/gtest.h>

#include "tests/support/registry_server.h"

namespace furnace::registry {
namespace {

using grpc::StatusCode;
using Stub = v1::ProjectService::Stub;

class ProjectServiceTest : public testing::Test {
 protected:
  grpc::Status Create(const TestCaller& caller, const std::string& name, const std::string& id,
                      v1::CreateProjectResponse* response) {
    v1::CreateProjectRequest request;
    request.set_name(name);
    request.set_id(id);
    return Call(caller, *stub_, &Stub::CreateProject, request, response);
  }

  grpc::Status Get(const TestCaller& caller, const std::string& id,
                   v1::GetProjectResponse* response) {
    v1::GetProjectRequest request;
    request.set_project_id(id);
    return Call(caller, *stub_, &Stub::GetProject, request, response);
  }

  grpc::Status CreateKey(const TestCaller& caller, const std::string& project, v1::Role role,
                         v1::CreateApiKeyResponse* response, const std::string& name = "ci") {
    v1::CreateApiKeyRequest request;
    request.set_project_id(project);
    request.set_name(name);
    request.set_role(role);
    return Call(caller, *stub_, &Stub::CreateApiKey, request, response);
  }

  grpc::Status ListKeys(const TestCaller& caller, const std::string& project,
                        v1::ListApiKeysResponse* response) {
    v1::ListApiKeysRequest request;
    request.set_project_id(project);
    return Call(caller, *stub_, &Stub::ListApiKeys, request, response);
  }

  grpc::Status Revoke(const TestCaller& caller, const std::string& project, const std::string& key,
                      v1::RevokeApiKeyResponse* response) {
    v1::RevokeApiKeyRequest request;
    request.set_project_id(project);
    request.set_key_id(key);
    return Call(caller, *stub_, &Stub::RevokeApiKey, request, response);
  }

  TestServer server_;
  const std::unique_ptr<Stub> stub_ = v1::ProjectService::NewStub(server_.channel());
  const TestCaller operator_ = {server_.default_project(), v1::ROLE_OPERATOR};
  const TestCaller admin_ = {server_.AddProject("team-a"), v1::ROLE_ADMIN};
  const TestCaller stranger_ = {server_.AddProject("team-b"), v1::ROLE_ADMIN};
};

TEST_F(ProjectServiceTest, AnOperatorCreatesProjects) {
  const std::string id = "01890000-0000-7000-8000-000000000001";
  v1::CreateProjectResponse created;
  ASSERT_TRUE(Create(operator_, "team-c", id, &created).ok());
  EXPECT_EQ(created.project().id(), id);
  v1::GetProjectResponse got;
  ASSERT_TRUE(Get(operator_, id, &got).ok());
  EXPECT_EQ(got.project().DebugString(), created.project().DebugString());
}

TEST_F(ProjectServiceTest, CreateProjectRefusesBadAndTakenNamesAndIds) {
  v1::CreateProjectResponse response;
  const grpc::Status bad_name = Create(operator_, "Team C", "", &response);
  EXPECT_EQ(bad_name.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(bad_name.error_message().starts_with("name: ")) << bad_name.error_message();
  const grpc::Status bad_id = Create(operator_, "team-c", "7", &response);
  EXPECT_EQ(bad_id.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(bad_id.error_message().starts_with("id: ")) << bad_id.error_message();
  EXPECT_EQ(Create(operator_, "team-a", "", &response).error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Create(operator_, "team-c", admin_.project_id, &response).error_code(),
            StatusCode::ALREADY_EXISTS);
}

TEST_F(ProjectServiceTest, AProjectSeesItselfAndNoOther) {
  v1::GetProjectResponse response;
  ASSERT_TRUE(Get(admin_, "me", &response).ok());
  EXPECT_EQ(response.project().name(), "team-a");
  ASSERT_TRUE(Get(admin_, admin_.project_id, &response).ok());
  const grpc::Status foreign = Get(admin_, stranger_.project_id, &response);
  const std::string unknown_id = "01890000-0000-7000-8000-0000000000ff";
  const grpc::Status unknown = Get(admin_, unknown_id, &response);
  EXPECT_EQ(foreign.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(unknown.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(foreign.error_message(), "no project '" + stranger_.project_id + "'");
  EXPECT_EQ(unknown.error_message(), "no project '" + unknown_id + "'");
}

TEST_F(ProjectServiceTest, AnOperatorSeesEveryProjectButNoneThatIsNot) {
  v1::GetProjectResponse response;
  ASSERT_TRUE(Get(operator_, stranger_.project_id, &response).ok());
  EXPECT_EQ(response.project().name(), "team-b");
  EXPECT_EQ(Get(operator_, "01890000-0000-7000-8000-0000000000ff", &response).error_code(),
            StatusCode::NOT_FOUND);
  EXPECT_EQ(Get(operator_, "nonsense", &response).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(ProjectServiceTest, ListProjectsShowsWhatTheCallerMaySee) {
  v1::ListProjectsResponse response;
  ASSERT_TRUE(Call(admin_, *stub_, &Stub::ListProjects, v1::ListProjectsRequest(), &response).ok());
  ASSERT_EQ(response.projects_size(), 1);
  EXPECT_EQ(response.projects(0).name(), "team-a");
  ASSERT_TRUE(
      Call(operator_, *stub_, &Stub::ListProjects, v1::ListProjectsRequest(), &response).ok());
  ASSERT_EQ(response.projects_size(), 3);
  EXPECT_EQ(response.projects(0).name(), "default");
  EXPECT_EQ(response.projects(2).name(), "team-b");
}

TEST_F(ProjectServiceTest, AnOperatorSetsQuotasAndTheProjectReadsIts) {
  v1::SetQuotaRequest request;
  request.set_project_id(admin_.project_id);
  request.mutable_quota()->set_max_concurrent_gpus(4);
  v1::SetQuotaResponse set;
  ASSERT_TRUE(Call(operator_, *stub_, &Stub::SetQuota, request, &set).ok());
  v1::GetProjectResponse got;
  ASSERT_TRUE(Get(admin_, "me", &got).ok());
  EXPECT_EQ(got.project().quota().max_concurrent_gpus(), 4);
  EXPECT_EQ(got.project().DebugString(), set.project().DebugString());
  EXPECT_EQ(Call(admin_, *stub_, &Stub::SetQuota, request, &set).error_code(),
            StatusCode::PERMISSION_DENIED);
  request.mutable_quota()->set_max_queued_jobs(-1);
  const grpc::Status bad = Call(operator_, *stub_, &Stub::SetQuota, request, &set);
  EXPECT_EQ(bad.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(bad.error_message().starts_with("quota.max_queued_jobs: ")) << bad.error_message();
  request.clear_quota();
  ASSERT_TRUE(Call(operator_, *stub_, &Stub::SetQuota, request, &set).ok());
  EXPECT_FALSE(set.project().has_quota());
}

TEST_F(ProjectServiceTest, ASecretIsShownOnceAndNeverListed) {
  v1::CreateApiKeyResponse created;
  ASSERT_TRUE(CreateKey(admin_, "me", v1::ROLE_RUNNER, &created).ok());
  EXPECT_EQ(created.secret().size(), 51u);
  EXPECT_EQ(created.key().prefix(), created.secret().substr(0, 10));
  EXPECT_EQ(created.key().project_id(), admin_.project_id);
  v1::ListApiKeysResponse listed;
  ASSERT_TRUE(ListKeys(admin_, "me", &listed).ok());
  ASSERT_EQ(listed.keys_size(), 1);
  EXPECT_EQ(listed.keys(0).DebugString(), created.key().DebugString());
  EXPECT_EQ(listed.DebugString().find(created.secret()), std::string::npos);
}

TEST_F(ProjectServiceTest, CreateApiKeyRefusesRolesThatAreNotIssuedAndLongNames) {
  v1::CreateApiKeyResponse response;
  for (const v1::Role role : {v1::ROLE_UNSPECIFIED, v1::ROLE_OPERATOR, static_cast<v1::Role>(99)}) {
    const grpc::Status status = CreateKey(operator_, "me", role, &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << role;
    EXPECT_TRUE(status.error_message().starts_with("role: ")) << status.error_message();
  }
  const grpc::Status status =
      CreateKey(admin_, "me", v1::ROLE_VIEWER, &response, std::string(101, 'x'));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "name: longer than 100 characters");
}

TEST_F(ProjectServiceTest, TheHundredAndFirstLiveKeyIsRefusedUntilOneIsRevoked) {
  v1::CreateApiKeyResponse response;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(CreateKey(admin_, "me", v1::ROLE_VIEWER, &response).ok());
  }
  const std::string last = response.key().id();
  EXPECT_EQ(CreateKey(admin_, "me", v1::ROLE_VIEWER, &response).error_code(),
            StatusCode::RESOURCE_EXHAUSTED);
  v1::RevokeApiKeyResponse revoked;
  ASSERT_TRUE(Revoke(admin_, "me", last, &revoked).ok());
  EXPECT_TRUE(CreateKey(admin_, "me", v1::ROLE_VIEWER, &response).ok());
  v1::ListApiKeysResponse listed;
  ASSERT_TRUE(ListKeys(admin_, "me", &listed).ok());
  EXPECT_EQ(listed.keys_size(), 101);
}

TEST_F(ProjectServiceTest, AnotherProjectsKeysAreNotFound) {
  v1::CreateApiKeyResponse created;
  ASSERT_TRUE(CreateKey(stranger_, "me", v1::ROLE_RUNNER, &created).ok());
  v1::CreateApiKeyResponse response;
  v1::ListApiKeysResponse listed;
  v1::RevokeApiKeyResponse revoked;
  const std::string& theirs = stranger_.project_id;
  EXPECT_EQ(CreateKey(admin_, theirs, v1::ROLE_VIEWER, &response).error_code(),
            StatusCode::NOT_FOUND);
  EXPECT_EQ(ListKeys(admin_, theirs, &listed).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Revoke(admin_, theirs, created.key().id(), &revoked).error_code(),
            StatusCode::NOT_FOUND);
  EXPECT_EQ(Revoke(admin_, "me", created.key().id(), &revoked).error_code(), StatusCode::NOT_FOUND);
  ASSERT_TRUE(ListKeys(stranger_, "me", &listed).ok());
  EXPECT_FALSE(listed.keys(0).has_revoked_at());
}

TEST_F(ProjectServiceTest, AnOperatorManagesTheKeysOfAnyProjectThatExists) {
  v1::CreateApiKeyResponse created;
  ASSERT_TRUE(CreateKey(operator_, admin_.project_id, v1::ROLE_ADMIN, &created).ok());
  EXPECT_EQ(created.key().project_id(), admin_.project_id);
  v1::RevokeApiKeyResponse revoked;
  EXPECT_TRUE(Revoke(operator_, admin_.project_id, created.key().id(), &revoked).ok());
  v1::ListApiKeysResponse listed;
  const std::string unknown = "01890000-0000-7000-8000-0000000000ff";
  EXPECT_EQ(CreateKey(operator_, unknown, v1::ROLE_ADMIN, &created).error_code(),
            StatusCode::NOT_FOUND);
  EXPECT_EQ(ListKeys(operator_, unknown, &listed).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(ProjectServiceTest, RevokingARevokedKeyChangesNothing) {
  v1::CreateApiKeyResponse created;
  ASSERT_TRUE(CreateKey(admin_, "me", v1::ROLE_RUNNER, &created).ok());
  v1::RevokeApiKeyResponse first;
  ASSERT_TRUE(Revoke(admin_, "me", created.key().id(), &first).ok());
  EXPECT_TRUE(first.key().has_revoked_at());
  v1::RevokeApiKeyResponse second;
  ASSERT_TRUE(Revoke(admin_, "me", created.key().id(), &second).ok());
  EXPECT_EQ(second.DebugString(), first.DebugString());
}

}  // namespace
}  // namespace furnace::registry
