// The gRPC front door, as generated stubs and reflection clients see it.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/time/clock.h"
#include "furnace/v1/worker_service.grpc.pb.h"
#include "tests/support/gateway_harness.h"

namespace furnace::gateway::testing {
namespace {

namespace v1 = furnace::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Le;
using ::testing::Not;
using ::testing::Pair;

class FrontDoorTest : public ::testing::Test {
 protected:
  grpc::Status Submit(grpc::ClientContext& context, v1::SubmitResponse* response = nullptr) {
    v1::SubmitRequest request;
    request.set_endpoint_id("e1");
    request.set_input("{ }");
    v1::SubmitResponse ignored;
    return jobs_->Submit(&context, request, response == nullptr ? &ignored : response);
  }

  static void Identify(grpc::ClientContext& context, const std::string& key = kRunnerKey) {
    context.AddMetadata("authorization", "Bearer " + key);
  }

  GatewayHarness gateway_;
  const std::shared_ptr<grpc::Channel> channel_ =
      grpc::CreateChannel(gateway_.grpc_address(), grpc::InsecureChannelCredentials());
  const std::unique_ptr<v1::JobService::Stub> jobs_ = v1::JobService::NewStub(channel_);
};

TEST_F(FrontDoorTest, UnaryCallsPassThrough) {
  grpc::ClientContext context;
  Identify(context);
  v1::SubmitResponse response;
  ASSERT_TRUE(Submit(context, &response).ok());
  EXPECT_EQ(response.job().id(), "job-1");
  EXPECT_EQ(response.job().input(), "{ }");
}

TEST_F(FrontDoorTest, TheServiceLearnsWhoCallsFromUsAlone) {
  grpc::ClientContext context;
  context.AddMetadata("x-api-key", kRunnerKey);
  context.AddMetadata("x-furnace-project", "evil");
  context.AddMetadata("x-furnace-token", "evil");
  context.AddMetadata("x-request-id", "r1");
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(40)));
  ASSERT_TRUE(Submit(context).ok());

  const SeenCall seen = gateway_.stage().Last("Submit");
  EXPECT_THAT(seen.metadata,
              AllOf(Contains(Pair("x-furnace-token", kToken)),
                    Contains(Pair("x-furnace-project", "project-1")),
                    Contains(Pair("x-furnace-role", "ROLE_RUNNER")),
                    Contains(Pair("x-request-id", "r1")), Not(Contains(Key("x-api-key")))));
  EXPECT_THAT(seen.time_left, AllOf(Gt(absl::Seconds(15)), Le(absl::Seconds(41))));
  EXPECT_EQ(context.GetServerInitialMetadata().find("x-request-id")->second, "r1");
}

TEST_F(FrontDoorTest, ACallWithoutDeadlineGetsOne) {
  grpc::ClientContext context;
  Identify(context);
  ASSERT_TRUE(Submit(context).ok());
  EXPECT_THAT(gateway_.stage().Last("Submit").time_left, Le(absl::Seconds(11)));
}

TEST_F(FrontDoorTest, StatusAndTextComeBack) {
  gateway_.stage().Fail("Submit", {grpc::StatusCode::FAILED_PRECONDITION, "not now"});
  grpc::ClientContext context;
  Identify(context);
  const grpc::Status status = Submit(context);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "not now");
}

TEST_F(FrontDoorTest, NobodyGetsInWithoutAKeyOrTheRole) {
  grpc::ClientContext none;
  EXPECT_EQ(Submit(none).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  grpc::ClientContext unknown;
  Identify(unknown, "fk_stolen");
  EXPECT_EQ(Submit(unknown).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  grpc::ClientContext viewer;
  Identify(viewer, kViewerKey);
  const grpc::Status status = Submit(viewer);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("RUNNER"));
}

TEST_F(FrontDoorTest, StreamsPassThroughInOrder) {
  std::vector<v1::WatchResponse> script(100);
  for (int i = 0; i < 100; ++i) script[static_cast<std::size_t>(i)].add_chunks()->set_sequence(i);
  gateway_.services.jobs.Script(script);
  grpc::ClientContext context;
  Identify(context);
  v1::WatchRequest request;
  request.set_job_id("j1");
  const auto reader = jobs_->Watch(&context, request);
  v1::WatchResponse message;
  int next = 0;
  while (reader->Read(&message)) EXPECT_EQ(message.chunks(0).sequence(), next++);
  EXPECT_EQ(next, 100);
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(FrontDoorTest, CancellingAStreamCancelsItsCall) {
  gateway_.services.jobs.Script({v1::WatchResponse()}, /*endless=*/true);
  grpc::ClientContext context;
  Identify(context);
  const auto reader = jobs_->Watch(&context, v1::WatchRequest());
  v1::WatchResponse message;
  EXPECT_TRUE(reader->Read(&message));
  context.TryCancel();
  while (reader->Read(&message)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  gateway_.stage().AwaitCancelled("Watch");
}

TEST_F(FrontDoorTest, CancellingACallCancelsIt) {
  gateway_.stage().Hold("Submit");
  grpc::ClientContext context;
  Identify(context);
  std::thread call([&] { EXPECT_EQ(Submit(context).error_code(), grpc::StatusCode::CANCELLED); });
  gateway_.stage().Await("Submit");
  context.TryCancel();
  call.join();
  gateway_.stage().AwaitCancelled("Submit");
}

TEST_F(FrontDoorTest, WhatIsNotPublicIsUnimplemented) {
  grpc::ClientContext worker;
  Identify(worker, kAdminKey);
  const auto stub = v1::WorkerService::NewStub(channel_);
  const auto session = stub->Connect(&worker);
  EXPECT_EQ(session->Finish().error_code(), grpc::StatusCode::UNIMPLEMENTED);

  grpc::ClientContext internal;
  Identify(internal, kAdminKey);
  furnace::internal::v1::ResolveApiKeyResponse response;
  EXPECT_EQ(furnace::internal::v1::CatalogService::NewStub(channel_)
                ->ResolveApiKey(&internal, {}, &response)
                .error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

// Calls a method of raw bytes; reflection and health have no generated code here.
std::string CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                    const std::string& request) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
  grpc::CompletionQueue queue;
  const auto next = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  EXPECT_TRUE(next());
  const grpc::Slice slice(request);
  call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
  EXPECT_TRUE(next());
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  std::string bytes;
  grpc::Slice joined;
  if (next() && answer.DumpToSingleSlice(&joined).ok()) {
    bytes.assign(reinterpret_cast<const char*>(joined.begin()), joined.size());
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  next();
  queue.Shutdown();
  return bytes;
}

TEST_F(FrontDoorTest, ReflectionListsThePublicServices) {
  // ServerReflectionRequest{list_services: "*"}: field 7.
  const std::string answer =
      CallRaw(channel_, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
              std::string("\x3a\x01*"));
  for (const wire::Service& service : wire::PublicServices()) {
    EXPECT_THAT(answer, HasSubstr(service.descriptor->full_name()));
  }
  EXPECT_THAT(answer, Not(HasSubstr("furnace.internal")));
}

TEST_F(FrontDoorTest, ReflectionDescribesThem) {
  // file_containing_symbol: field 4.
  const std::string symbol = "furnace.v1.JobService";
  const std::string answer =
      CallRaw(channel_, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
              std::string("\x22") + static_cast<char>(symbol.size()) + symbol);
  EXPECT_THAT(answer, HasSubstr("SubmitBatchRequest"));
}

TEST_F(FrontDoorTest, HealthIsServed) {
  EXPECT_EQ(CallRaw(channel_, "/grpc.health.v1.Health/Check", ""), std::string("\x08\x01"));
}

}  // namespace
}  // namespace furnace::gateway::testing
