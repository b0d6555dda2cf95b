#include "libs/common/rpc/call_context.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "furnace/v1/job_service.grpc.pb.h"
#include "libs/common/rpc/client.h"
#include "libs/common/rpc/server.h"
#include "libs/common/rpc/unary.h"

namespace furnace::rpc {
namespace {

constexpr char kToken[] = "internal-token-of-the-test";

/// Keeps the context that a call was admitted with.
class Recorder final : public v1::JobService::Service {
 public:
  explicit Recorder(std::string token) : gate_(std::move(token)) {}

  grpc::Status Get(grpc::ServerContext* context, const v1::GetRequest* request,
                   v1::GetResponse* response) override {
    return RunUnary(gate_, *context, *request, response,
                    [this](const CallContext& call,
                           const v1::GetRequest& got) -> absl::StatusOr<v1::GetResponse> {
                      last = call;
                      if (got.job_id() == "fail") return absl::InternalError("SELECT secret");
                      v1::GetResponse answer;
                      answer.mutable_job()->set_id(got.job_id());
                      return answer;
                    });
  }

  CallContext last;

 private:
  const Gate gate_;
};

class GateTest : public testing::Test {
 protected:
  void Start(const std::string& token) {
    recorder_ = std::make_unique<Recorder>(token);
    server_ = *Server::Start({.address = "127.0.0.1:0"}, {recorder_.get()});
    stub_ = v1::JobService::NewStub(Dial("127.0.0.1:" + std::to_string(server_->port())));
  }
  void SetUp() override { Start(kToken); }

  grpc::Status Get(grpc::ClientContext& context, const std::string& job_id = "j") {
    v1::GetRequest request;
    request.set_job_id(job_id);
    return stub_->Get(&context, request, &response_);
  }

  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::JobService::Stub> stub_;
  v1::GetResponse response_;
};

TEST_F(GateTest, WithoutTheTokenNobodyGetsIn) {
  for (const char* token : {"", "x", "internal-token-of-the-tesT", "internal-token-of-the-test2"}) {
    grpc::ClientContext context;
    context.AddMetadata(kTokenKey, token);
    EXPECT_EQ(Get(context).error_code(), grpc::StatusCode::UNAUTHENTICATED) << token;
  }
  grpc::ClientContext bare;
  EXPECT_EQ(Get(bare).error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(GateTest, AnEmptyTokenLetsNobodyIn) {
  Start("");
  grpc::ClientContext bare, empty;
  empty.AddMetadata(kTokenKey, "");
  EXPECT_EQ(Get(bare).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Get(empty).error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(GateTest, ACallOfTheSuiteNamesNoProject) {
  grpc::ClientContext context;
  Prepare(context, {.internal_token = kToken, .timeout = absl::Seconds(30)});
  ASSERT_TRUE(Get(context).ok());
  EXPECT_EQ(response_.job().id(), "j");
  EXPECT_EQ(recorder_->last.project_id, "");
  EXPECT_EQ(recorder_->last.role, v1::ROLE_UNSPECIFIED);
  EXPECT_GT(recorder_->last.deadline, absl::Now());
  EXPECT_LE(recorder_->last.deadline, absl::Now() + absl::Seconds(31));
  EXPECT_TRUE(absl::IsPermissionDenied(ProjectOf(recorder_->last).status()));
}

TEST_F(GateTest, ACallWithoutDeadlineHasNone) {
  grpc::ClientContext context;
  context.AddMetadata(kTokenKey, kToken);
  ASSERT_TRUE(Get(context).ok());
  EXPECT_EQ(recorder_->last.deadline, absl::InfiniteFuture());
}

TEST_F(GateTest, PrepareForPassesOnWhoCalls) {
  const CallContext caller = {.deadline = absl::Now() + absl::Seconds(10),
                              .project_id = "p",
                              .principal = "k",
                              .role = v1::ROLE_DEVELOPER,
                              .request_id = "r-1",
                              .traceparent = "00-1-2-01"};
  grpc::ClientContext context;
  PrepareFor(context, {.internal_token = kToken, .timeout = absl::Seconds(60)}, caller);
  ASSERT_TRUE(Get(context).ok());
  EXPECT_EQ(recorder_->last.project_id, "p");
  EXPECT_EQ(*ProjectOf(recorder_->last), "p");
  EXPECT_EQ(recorder_->last.principal, "k");
  EXPECT_EQ(recorder_->last.role, v1::ROLE_DEVELOPER);
  EXPECT_EQ(recorder_->last.request_id, "r-1");
  EXPECT_EQ(recorder_->last.traceparent, "00-1-2-01");
  EXPECT_LE(recorder_->last.deadline, caller.deadline + absl::Seconds(1));
}

TEST_F(GateTest, WhatIsNoHeaderTextIsLeftOutAndDoesNotCrash) {
  for (const std::string& hostile : {std::string("a\nb"), std::string("a\0b", 3),
                                     std::string("\xc3\xa4"), std::string("\x7f")}) {
    grpc::ClientContext context;
    PrepareFor(context, {.internal_token = kToken},
               {.project_id = "p", .request_id = hostile, .traceparent = hostile});
    ASSERT_TRUE(Get(context).ok());
    EXPECT_EQ(recorder_->last.project_id, "p");
    EXPECT_EQ(recorder_->last.request_id, "");
    EXPECT_EQ(recorder_->last.traceparent, "");
  }
}

TEST(ApiKeyOf, IsTheCallersWhenThatIsAKey) {
  const std::string key = "01890a5d-ac96-774b-bcce-b302099a8057";
  EXPECT_EQ(ApiKeyOf({.principal = key}), key);
  for (const char* other : {"", "operator", "01890a5d", "01890a5d-ac96-774b-bcce-b302099a805x"}) {
    EXPECT_EQ(ApiKeyOf({.principal = other}), "") << other;
  }
}

TEST_F(GateTest, AnUnknownRoleIsNone) {
  for (const char* role : {"", "ROLE_KING", "developer", "4"}) {
    grpc::ClientContext context;
    Prepare(context, {.internal_token = kToken});
    context.AddMetadata(kRoleKey, role);
    ASSERT_TRUE(Get(context).ok());
    EXPECT_EQ(recorder_->last.role, v1::ROLE_UNSPECIFIED) << role;
  }
}

TEST_F(GateTest, OurInsideStaysInside) {
  grpc::ClientContext context;
  Prepare(context, {.internal_token = kToken});
  const grpc::Status status = Get(context, "fail");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(status.error_message(), "internal error");
}

}  // namespace
}  // namespace furnace::rpc
