#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/common/rpc/async_server.h"

namespace furnace::rpc {
namespace {

v1::WatchResponse Message(int number, std::size_t padding = 0) {
  v1::WatchResponse message;
  message.mutable_job()->set_id(std::to_string(number));
  message.mutable_job()->set_error(std::string(padding, 'x'));
  return message;
}

class ServerStreamCallTest : public testing::Test {
 protected:
  // Opens a stream and returns the server's end of it.
  std::shared_ptr<WatchCall> Open() {
    v1::WatchRequest request;
    request.set_job_id("j");
    reader_ = stub_->Watch(&context_, request);
    return server_.watches.Take();
  }

  // Reads to the end; how many messages came. They must be numbered from 0.
  int ReadAll() {
    int count = 0;
    for (v1::WatchResponse message; reader_->Read(&message); ++count) {
      EXPECT_EQ(message.job().id(), std::to_string(count));
    }
    status_ = reader_->Finish();
    return count;
  }

  // The stream is lost, and the client told why after less than was pushed.
  void ExpectTooSlow(WatchCall& call, int pushed) {
    EXPECT_FALSE(call.Push(Message(0)));
    EXPECT_LT(ReadAll(), pushed);
    EXPECT_EQ(status_.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(status_.error_message(), "the reader is too slow");
  }

  AsyncServer server_;
  const std::unique_ptr<v1::JobService::Stub> stub_ = v1::JobService::NewStub(server_.channel());
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> reader_;
  grpc::Status status_;
};

TEST_F(ServerStreamCallTest, MessagesArriveInOrderAndThenTheStatus) {
  const auto call = Open();
  EXPECT_EQ(call->request().job_id(), "j");
  for (int i = 0; i < 500; ++i) EXPECT_TRUE(call->Push(Message(i)));
  call->Close({grpc::StatusCode::ABORTED, "enough"});
  EXPECT_EQ(ReadAll(), 500);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(status_.error_message(), "enough");
}

TEST_F(ServerStreamCallTest, AStreamMayEndWithoutAMessage) {
  Open()->Close(grpc::Status::OK);
  EXPECT_EQ(ReadAll(), 0);
  EXPECT_TRUE(status_.ok());
}

TEST_F(ServerStreamCallTest, NothingIsTakenAfterClose) {
  const auto call = Open();
  call->Close(grpc::Status::OK);
  EXPECT_FALSE(call->Push(Message(0)));
  call->Close({grpc::StatusCode::ABORTED, "too late"});
  EXPECT_EQ(ReadAll(), 0);
  EXPECT_TRUE(status_.ok());
}

TEST_F(ServerStreamCallTest, ManyThreadsMayPush) {
  constexpr int kThreads = 8;
  constexpr int kEach = 100;
  const auto call = Open();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) EXPECT_TRUE(call->Push(Message(n)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  call->Close(grpc::Status::OK);
  int count = 0;
  for (v1::WatchResponse message; reader_->Read(&message);) ++count;
  EXPECT_EQ(count, kThreads * kEach);
  EXPECT_TRUE(reader_->Finish().ok());
}

TEST_F(ServerStreamCallTest, AReaderThatFallsManyMessagesBehindLosesTheStream) {
  constexpr std::size_t kPadding = 1024;
  constexpr int kTooMany = static_cast<int>(WatchCall::kLimit.messages) * 3;
  const auto call = Open();
  int pushed = 0;
  while (pushed < kTooMany && call->Push(Message(pushed, kPadding))) ++pushed;
  EXPECT_GE(pushed, static_cast<int>(WatchCall::kLimit.messages));
  EXPECT_LT(pushed, kTooMany);
  ExpectTooSlow(*call, pushed);
}

TEST_F(ServerStreamCallTest, AReaderThatFallsManyBytesBehindLosesTheStream) {
  constexpr std::size_t kPadding = 64 * 1024;
  constexpr int kEnough = WatchCall::kLimit.bytes / kPadding;
  const auto call = Open();
  int pushed = 0;
  while (pushed < 10 * kEnough && call->Push(Message(pushed, kPadding))) ++pushed;
  EXPECT_GE(pushed, kEnough - 1);
  EXPECT_LT(pushed, 10 * kEnough);
  ExpectTooSlow(*call, pushed);
}

TEST_F(ServerStreamCallTest, OneMessageMayBeLargerThanWhatMayWait) {
  const auto call = Open();
  EXPECT_TRUE(call->Push(Message(0, WatchCall::kLimit.bytes + 1)));
  call->Close(grpc::Status::OK);
  EXPECT_EQ(ReadAll(), 1);
}

TEST_F(ServerStreamCallTest, AClientThatLeavesEndsTheStream) {
  auto call = Open();
  EXPECT_TRUE(call->Push(Message(0)));
  context_.TryCancel();
  EXPECT_TRUE(Eventually([&] { return !call->Push(Message(1)); }));
  EXPECT_EQ(reader_->Finish().error_code(), grpc::StatusCode::CANCELLED);
  const std::weak_ptr<WatchCall> watched = call;
  call.reset();
  EXPECT_TRUE(Eventually([&] { return watched.expired(); }));
}

TEST_F(ServerStreamCallTest, AClosedStreamIsFreed) {
  auto call = Open();
  call->Push(Message(0));
  call->Close(grpc::Status::OK);
  EXPECT_EQ(ReadAll(), 1);
  const std::weak_ptr<WatchCall> watched = call;
  call.reset();
  EXPECT_TRUE(Eventually([&] { return watched.expired(); }));
}

}  // namespace
}  // namespace furnace::rpc
