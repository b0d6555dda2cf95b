#include <gtest/gtest.h>

#include "tests/support/registry_server.h"

namespace furnace::registry {
namespace {

using grpc::StatusCode;
using Stub = v1::EndpointService::Stub;

v1::EndpointSpec Spec(const std::string& name) {
  v1::EndpointSpec spec;
  spec.set_name(name);
  spec.set_image_uri("ghcr.io/madfam-org/echo:1");
  return spec;
}

class EndpointServiceTest : public testing::Test {
 protected:
  grpc::Status Create(const TestCaller& caller, const v1::EndpointSpec& spec,
                      v1::CreateEndpointResponse* response) {
    v1::CreateEndpointRequest request;
    *request.mutable_spec() = spec;
    return Call(caller, *stub_, &Stub::CreateEndpoint, request, response);
  }

  v1::Endpoint Created(const TestCaller& caller, const v1::EndpointSpec& spec) {
    v1::CreateEndpointResponse response;
    const grpc::Status status = Create(caller, spec, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.endpoint();
  }

  grpc::Status Get(const TestCaller& caller, const std::string& id,
                   v1::GetEndpointResponse* response) {
    v1::GetEndpointRequest request;
    request.set_endpoint_id(id);
    return Call(caller, *stub_, &Stub::GetEndpoint, request, response);
  }

  grpc::Status List(const TestCaller& caller, int size, const std::string& token,
                    v1::ListEndpointsResponse* response) {
    v1::ListEndpointsRequest request;
    request.set_page_size(size);
    request.set_page_token(token);
    return Call(caller, *stub_, &Stub::ListEndpoints, request, response);
  }

  grpc::Status Update(const TestCaller& caller, const std::string& id, const v1::EndpointSpec& spec,
                      v1::UpdateEndpointResponse* response) {
    v1::UpdateEndpointRequest request;
    request.set_endpoint_id(id);
    *request.mutable_spec() = spec;
    return Call(caller, *stub_, &Stub::UpdateEndpoint, request, response);
  }

  grpc::Status Delete(const TestCaller& caller, const std::string& id,
                      v1::DeleteEndpointResponse* response) {
    v1::DeleteEndpointRequest request;
    request.set_endpoint_id(id);
    return Call(caller, *stub_, &Stub::DeleteEndpoint, request, response);
  }

  grpc::Status Pause(const TestCaller& caller, const std::string& id,
                     v1::PauseEndpointResponse* response) {
    v1::PauseEndpointRequest request;
    request.set_endpoint_id(id);
    return Call(caller, *stub_, &Stub::PauseEndpoint, request, response);
  }

  grpc::Status Resume(const TestCaller& caller, const std::string& id,
                      v1::ResumeEndpointResponse* response) {
    v1::ResumeEndpointRequest request;
    request.set_endpoint_id(id);
    return Call(caller, *stub_, &Stub::ResumeEndpoint, request, response);
  }

  TestServer server_;
  const std::unique_ptr<Stub> stub_ = v1::EndpointService::NewStub(server_.channel());
  const TestCaller owner_ = {server_.AddProject("team-a"), v1::ROLE_DEVELOPER};
  const TestCaller stranger_ = {server_.AddProject("team-b"), v1::ROLE_OPERATOR};
};

TEST_F(EndpointServiceTest, CreateAnswersTheEndpointWithItsDefaults) {
  v1::EndpointSpec spec = Spec("echo");
  spec.add_gpu_types("RTX_4090");
  (*spec.mutable_env())["MODEL"] = "flux \"dev\"";
  const v1::Endpoint endpoint = Created(owner_, spec);
  EXPECT_EQ(endpoint.project_id(), owner_.project_id);
  EXPECT_EQ(endpoint.revision(), 1);
  EXPECT_EQ(endpoint.status(), v1::ENDPOINT_STATUS_ACTIVE);
  EXPECT_EQ(endpoint.spec().gpu_types(0), "rtx4090");
  EXPECT_EQ(endpoint.spec().timeout_seconds(), 300);
  EXPECT_EQ(endpoint.spec().max_workers(), 10);
  EXPECT_EQ(endpoint.spec().scaler_type(), v1::SCALER_TYPE_QUEUE_DELAY);
  EXPECT_EQ(endpoint.spec().retry().backoff_ms(), 1'000);
  EXPECT_EQ(endpoint.spec().retry().max_backoff_ms(), 60'000);
  EXPECT_EQ(endpoint.spec().queue().head_start_ms(), 60'000);
  EXPECT_EQ(endpoint.spec().queue().max_queued(), 100'000);
  EXPECT_EQ(endpoint.spec().queue().idempotency_ttl_seconds(), 86'400);
  EXPECT_EQ(endpoint.spec().init_timeout_seconds(), 420);
  v1::GetEndpointResponse got;
  ASSERT_TRUE(Get(owner_, endpoint.id(), &got).ok());
  EXPECT_EQ(got.endpoint().DebugString(), endpoint.DebugString());
}

TEST_F(EndpointServiceTest, CreateNamesTheFieldThatIsWrong) {
  v1::EndpointSpec spec = Spec("echo");
  spec.set_timeout_seconds(604'801);
  v1::CreateEndpointResponse response;
  const grpc::Status status = Create(owner_, spec, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "spec.timeout_seconds: 604801 is not from 1 to 604800");
  EXPECT_EQ(Create(owner_, v1::EndpointSpec(), &response).error_message(), "spec.name: required");
}

TEST_F(EndpointServiceTest, PoliciesAreKeptAndTheirMistakesNamed) {
  v1::EndpointSpec spec = Spec("echo");
  spec.mutable_retry()->set_backoff_ms(0);
  spec.mutable_retry()->add_no_retry_on(v1::FAILURE_CAUSE_TIMEOUT);
  spec.mutable_retry()->add_no_retry_on(v1::FAILURE_CAUSE_HANDLER_ERROR);
  spec.mutable_queue()->set_strict_priority(true);
  spec.mutable_queue()->set_ttl_seconds(60);
  const v1::Endpoint created = Created(owner_, spec);
  v1::GetEndpointResponse got;
  ASSERT_TRUE(Get(owner_, created.id(), &got).ok());
  EXPECT_EQ(got.endpoint().DebugString(), created.DebugString());
  EXPECT_EQ(created.spec().retry().backoff_ms(), 0);
  ASSERT_EQ(created.spec().retry().no_retry_on_size(), 2);
  EXPECT_EQ(created.spec().retry().no_retry_on(0), v1::FAILURE_CAUSE_HANDLER_ERROR);
  EXPECT_TRUE(created.spec().queue().strict_priority());
  EXPECT_EQ(created.spec().queue().ttl_seconds(), 60);

  v1::CreateEndpointResponse response;
  spec.set_name("other");
  spec.mutable_queue()->set_ttl_seconds(-1);
  EXPECT_EQ(Create(owner_, spec, &response).error_message(),
            "spec.queue.ttl_seconds: -1 is not from 0 to 2592000");
  spec.mutable_retry()->set_no_retry_on(0, v1::FAILURE_CAUSE_PLATFORM);
  const grpc::Status status = Create(owner_, spec, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(),
            "spec.retry.no_retry_on[0]: FAILURE_CAUSE_PLATFORM is none of HANDLER_ERROR, "
            "HANDLER_EXITED, TIMEOUT");
}

TEST_F(EndpointServiceTest, CreateWithATakenNameAlreadyExists) {
  Created(owner_, Spec("echo"));
  v1::CreateEndpointResponse response;
  const grpc::Status status = Create(owner_, Spec("echo"), &response);
  EXPECT_EQ(status.error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(status.error_message(), "spec.name: the project has an endpoint 'echo'");
  EXPECT_TRUE(Create(stranger_, Spec("echo"), &response).ok());
}

TEST_F(EndpointServiceTest, CreateInAProjectThatIsGoneIsNotFound) {
  v1::CreateEndpointResponse response;
  const TestCaller nobody = {"01890000-0000-7000-8000-0000000000ff", v1::ROLE_DEVELOPER};
  EXPECT_EQ(Create(nobody, Spec("echo"), &response).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(EndpointServiceTest, TheThousandAndFirstEndpointIsRefused) {
  for (int i = 0; i < 1000; ++i) Created(owner_, Spec("e" + std::to_string(i)));
  v1::CreateEndpointResponse response;
  EXPECT_EQ(Create(owner_, Spec("more"), &response).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  v1::ListEndpointsResponse listed;
  ASSERT_TRUE(List(owner_, 1000, "", &listed).ok());
  EXPECT_EQ(listed.endpoints_size(), 1000);
  EXPECT_EQ(listed.next_page_token(), "");
}

TEST_F(EndpointServiceTest, AnotherProjectsEndpointIsNotFoundEvenForAnOperator) {
  const std::string id = Created(owner_, Spec("echo")).id();
  v1::GetEndpointResponse got;
  v1::UpdateEndpointResponse updated;
  v1::DeleteEndpointResponse deleted;
  v1::ListEndpointsResponse listed;
  EXPECT_EQ(Get(stranger_, id, &got).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Update(stranger_, id, Spec("echo"), &updated).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Delete(stranger_, id, &deleted).error_code(), StatusCode::NOT_FOUND);
  v1::PauseEndpointResponse paused;
  v1::ResumeEndpointResponse resumed;
  EXPECT_EQ(Pause(stranger_, id, &paused).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Resume(stranger_, id, &resumed).error_code(), StatusCode::NOT_FOUND);
  ASSERT_TRUE(List(stranger_, 0, "", &listed).ok());
  EXPECT_EQ(listed.endpoints_size(), 0);
  EXPECT_TRUE(Get(owner_, id, &got).ok());
}

TEST_F(EndpointServiceTest, UnknownAndMalformedIdsAreNotFound) {
  v1::GetEndpointResponse got;
  v1::UpdateEndpointResponse updated;
  v1::DeleteEndpointResponse deleted;
  for (const char* id : {"", "echo", "01890000-0000-7000-8000-0000000000ff"}) {
    EXPECT_EQ(Get(owner_, id, &got).error_code(), StatusCode::NOT_FOUND) << id;
    EXPECT_EQ(Update(owner_, id, Spec("echo"), &updated).error_code(), StatusCode::NOT_FOUND);
    EXPECT_EQ(Delete(owner_, id, &deleted).error_code(), StatusCode::NOT_FOUND) << id;
  }
}

TEST_F(EndpointServiceTest, ListPagesByNameAndChecksItsArguments) {
  for (const char* name : {"c", "a", "b"}) Created(owner_, Spec(name));
  v1::ListEndpointsResponse first;
  ASSERT_TRUE(List(owner_, 2, "", &first).ok());
  ASSERT_EQ(first.endpoints_size(), 2);
  EXPECT_EQ(first.endpoints(0).spec().name(), "a");
  EXPECT_EQ(first.endpoints(1).spec().name(), "b");
  v1::ListEndpointsResponse second;
  ASSERT_TRUE(List(owner_, 2, first.next_page_token(), &second).ok());
  ASSERT_EQ(second.endpoints_size(), 1);
  EXPECT_EQ(second.endpoints(0).spec().name(), "c");
  EXPECT_EQ(second.next_page_token(), "");

  EXPECT_EQ(List(owner_, -1, "", &first).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(List(owner_, 1001, "", &first).error_message(),
            "page_size: 1001 is not from 1 to 1000");
  EXPECT_EQ(List(owner_, 1, "junk", &first).error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(EndpointServiceTest, UpdateReplacesTheSpecButNeverTheName) {
  v1::EndpointSpec spec = Spec("echo");
  spec.set_timeout_seconds(60);
  const v1::Endpoint created = Created(owner_, spec);
  v1::UpdateEndpointResponse updated;
  ASSERT_TRUE(Update(owner_, created.id(), Spec("echo"), &updated).ok());
  EXPECT_EQ(updated.endpoint().revision(), 2);
  EXPECT_EQ(updated.endpoint().spec().timeout_seconds(), 300);
  const grpc::Status renamed = Update(owner_, created.id(), Spec("other"), &updated);
  EXPECT_EQ(renamed.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(renamed.error_message(), "spec.name: cannot change from 'echo' to 'other'");
  spec.set_gpu_count(17);
  EXPECT_EQ(Update(owner_, created.id(), spec, &updated).error_message(),
            "spec.gpu_count: 17 is not from 1 to 16");
}

TEST_F(EndpointServiceTest, APausedEndpointIsListedUntilItIsResumed) {
  const v1::Endpoint created = Created(owner_, Spec("echo"));
  v1::PauseEndpointResponse paused;
  ASSERT_TRUE(Pause(owner_, created.id(), &paused).ok());
  EXPECT_EQ(paused.endpoint().status(), v1::ENDPOINT_STATUS_PAUSED);
  EXPECT_EQ(paused.endpoint().revision(), created.revision());
  v1::PauseEndpointResponse again;
  ASSERT_TRUE(Pause(owner_, created.id(), &again).ok());
  EXPECT_EQ(again.endpoint().DebugString(), paused.endpoint().DebugString());
  v1::ListEndpointsResponse listed;
  ASSERT_TRUE(List(owner_, 0, "", &listed).ok());
  ASSERT_EQ(listed.endpoints_size(), 1);
  EXPECT_EQ(listed.endpoints(0).DebugString(), paused.endpoint().DebugString());
  v1::ResumeEndpointResponse resumed;
  ASSERT_TRUE(Resume(owner_, created.id(), &resumed).ok());
  EXPECT_EQ(resumed.endpoint().status(), v1::ENDPOINT_STATUS_ACTIVE);
  EXPECT_EQ(resumed.endpoint().revision(), created.revision());
}

TEST_F(EndpointServiceTest, APausedEndpointCanBeUpdatedAndDeleted) {
  const v1::Endpoint created = Created(owner_, Spec("echo"));
  v1::PauseEndpointResponse paused;
  ASSERT_TRUE(Pause(owner_, created.id(), &paused).ok());
  v1::EndpointSpec spec = Spec("echo");
  spec.set_timeout_seconds(60);
  v1::UpdateEndpointResponse updated;
  ASSERT_TRUE(Update(owner_, created.id(), spec, &updated).ok());
  EXPECT_EQ(updated.endpoint().status(), v1::ENDPOINT_STATUS_PAUSED);
  EXPECT_EQ(updated.endpoint().revision(), 2);
  v1::DeleteEndpointResponse deleted;
  ASSERT_TRUE(Delete(owner_, created.id(), &deleted).ok());
  EXPECT_EQ(deleted.endpoint().status(), v1::ENDPOINT_STATUS_DELETED);
  v1::ResumeEndpointResponse resumed;
  EXPECT_EQ(Pause(owner_, created.id(), &paused).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Resume(owner_, created.id(), &resumed).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(EndpointServiceTest, ADeletedEndpointIsGoneAndItsNameFree) {
  const v1::Endpoint created = Created(owner_, Spec("echo"));
  v1::DeleteEndpointResponse deleted;
  ASSERT_TRUE(Delete(owner_, created.id(), &deleted).ok());
  EXPECT_EQ(deleted.endpoint().status(), v1::ENDPOINT_STATUS_DELETED);
  EXPECT_EQ(deleted.endpoint().spec().DebugString(), created.spec().DebugString());
  v1::GetEndpointResponse got;
  v1::UpdateEndpointResponse updated;
  EXPECT_EQ(Get(owner_, created.id(), &got).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Update(owner_, created.id(), Spec("echo"), &updated).error_code(),
            StatusCode::NOT_FOUND);
  EXPECT_EQ(Delete(owner_, created.id(), &deleted).error_code(), StatusCode::NOT_FOUND);
  EXPECT_NE(Created(owner_, Spec("echo")).id(), created.id());
}

}  // namespace
}  // namespace furnace::registry
