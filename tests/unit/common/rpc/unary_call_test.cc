#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/common/rpc/async_server.h"

namespace furnace::rpc {
namespace {

v1::RunSyncResponse Answer(const std::string& job_id) {
  v1::RunSyncResponse response;
  response.mutable_job()->set_id(job_id);
  return response;
}

class UnaryCallTest : public testing::Test {
 protected:
  // Calls RunSync on a thread; the outcome is in status_ and response_ once the
  // returned object is gone.
  std::unique_ptr<Background> Start() {
    return std::make_unique<Background>([this] {
      v1::RunSyncRequest request;
      request.set_endpoint_id("e");
      status_ = stub_->RunSync(&context_, request, &response_);
    });
  }

  AsyncServer server_;
  const std::unique_ptr<v1::JobService::Stub> stub_ = v1::JobService::NewStub(server_.channel());
  grpc::ClientContext context_;
  v1::RunSyncResponse response_;
  grpc::Status status_;
};

TEST_F(UnaryCallTest, IsAnsweredLaterByAnyThread) {
  auto client = Start();
  const std::shared_ptr<RunSyncCall> call = server_.run_syncs.Take();
  EXPECT_EQ(call->request().endpoint_id(), "e");
  std::thread([&] { call->Finish(Answer("j")); }).join();
  client.reset();
  EXPECT_TRUE(status_.ok()) << status_.error_message();
  EXPECT_EQ(response_.job().id(), "j");
}

TEST_F(UnaryCallTest, OnlyTheFirstAnswerCounts) {
  auto client = Start();
  const std::shared_ptr<RunSyncCall> call = server_.run_syncs.Take();
  call->Finish(Answer("first"));
  call->Finish(Answer("second"));
  call->Finish(absl::AbortedError("third"));
  client.reset();
  EXPECT_EQ(response_.job().id(), "first");
}

TEST_F(UnaryCallTest, OneOfManyAnswersAtOnceCounts) {
  auto client = Start();
  const std::shared_ptr<RunSyncCall> call = server_.run_syncs.Take();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { call->Finish(Answer("j")); });
  for (std::thread& thread : threads) thread.join();
  client.reset();
  EXPECT_TRUE(status_.ok());
}

TEST_F(UnaryCallTest, AnErrorReachesTheCallerAndOurInsideDoesNot) {
  auto client = Start();
  server_.run_syncs.Take()->Finish(absl::InternalError("SELECT secret"));
  client.reset();
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(status_.error_message(), "internal error");
}

TEST_F(UnaryCallTest, ACallerWhoLeavesFreesTheCall) {
  auto client = Start();
  std::shared_ptr<RunSyncCall> call = server_.run_syncs.Take();
  context_.TryCancel();
  client.reset();
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::CANCELLED);
  const std::weak_ptr<RunSyncCall> watched = call;
  call.reset();
  EXPECT_TRUE(Eventually([&] { return watched.expired(); }));
}

TEST_F(UnaryCallTest, AnAnswerAfterTheCallerLeftIsDropped) {
  auto client = Start();
  const std::shared_ptr<RunSyncCall> call = server_.run_syncs.Take();
  context_.TryCancel();
  client.reset();
  call->Finish(Answer("late"));
  EXPECT_TRUE(Eventually([&] { return call.use_count() == 1; }));
  call->Finish(Answer("later"));
}

TEST_F(UnaryCallTest, ADeadlineThatPassesFreesTheCall) {
  context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(50)));
  auto client = Start();
  std::weak_ptr<RunSyncCall> watched = server_.run_syncs.Take();
  client.reset();
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(Eventually([&] { return watched.expired(); }));
}

TEST_F(UnaryCallTest, AnAnsweredCallIsFreed) {
  auto client = Start();
  std::shared_ptr<RunSyncCall> call = server_.run_syncs.Take();
  call->Finish(Answer("j"));
  client.reset();
  const std::weak_ptr<RunSyncCall> watched = call;
  call.reset();
  EXPECT_TRUE(Eventually([&] { return watched.expired(); }));
}

TEST_F(UnaryCallTest, ManyCallsWaitWithoutThreads) {
  constexpr int kCalls = 300;  // More than max_threads.
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<v1::RunSyncResponse> responses(kCalls);
  std::vector<grpc::Status> statuses(kCalls);
  std::vector<std::unique_ptr<grpc::ClientAsyncResponseReader<v1::RunSyncResponse>>> readers;
  for (std::size_t i = 0; i < kCalls; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    readers.push_back(stub_->AsyncRunSync(contexts[i].get(), v1::RunSyncRequest(), &queue));
    readers[i]->Finish(&responses[i], &statuses[i], &statuses[i]);
  }
  std::vector<std::shared_ptr<RunSyncCall>> calls;
  for (int i = 0; i < kCalls; ++i) calls.push_back(server_.run_syncs.Take());
  for (const auto& call : calls) call->Finish(Answer("j"));
  for (int i = 0; i < kCalls; ++i) {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    EXPECT_TRUE(static_cast<grpc::Status*>(tag)->ok());
  }
}

}  // namespace
}  // namespace furnace::rpc
