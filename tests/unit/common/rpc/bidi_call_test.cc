#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/unit/common/rpc/async_server.h"

namespace furnace::rpc {
namespace {

v1::ConnectRequest Request(int number) {
  v1::ConnectRequest message;
  message.mutable_credit()->set_count(number);
  return message;
}

v1::ConnectResponse Response(int number, std::size_t padding = 0) {
  v1::ConnectResponse message;
  message.mutable_welcome()->set_lease_ms(number);
  if (padding > 0) {
    message.mutable_assignments()->add_jobs()->set_input(std::string(padding, 'x'));
  }
  return message;
}

class BidiCallTest : public testing::Test {
 protected:
  // Opens a stream and returns the server's end of it, which reads nothing yet.
  std::shared_ptr<ConnectCall> Open() {
    stream_ = stub_->Connect(&context_);
    return server_.connects.Take();
  }

  // Answers each message with its number.
  void StartEcho(const std::shared_ptr<ConnectCall>& call) {
    call->Start(
        [call](v1::ConnectRequest& message) { call->Push(Response(message.credit().count())); },
        [this] { ++closed_; });
  }

  AsyncServer server_;
  const std::unique_ptr<v1::WorkerService::Stub> stub_ =
      v1::WorkerService::NewStub(server_.channel());
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ConnectRequest, v1::ConnectResponse>> stream_;
  std::atomic<int> closed_ = 0;
};

TEST_F(BidiCallTest, TenThousandMessagesGoThereAndBackInOrder) {
  constexpr int kMessages = 10'000;
  StartEcho(Open());
  std::thread writer([&] {
    for (int i = 0; i < kMessages; ++i) ASSERT_TRUE(stream_->Write(Request(i)));
    stream_->WritesDone();
  });
  int received = 0;
  for (v1::ConnectResponse message; stream_->Read(&message); ++received) {
    ASSERT_EQ(message.welcome().lease_ms(), received);
  }
  writer.join();
  EXPECT_EQ(received, kMessages);
  EXPECT_TRUE(stream_->Finish().ok());
  EXPECT_EQ(closed_, 1);
}

TEST_F(BidiCallTest, ManyStreamsEchoAtOnce) {
  constexpr int kStreams = 50;
  constexpr int kMessages = 100;
  std::vector<std::thread> clients;
  for (int i = 0; i < kStreams; ++i) {
    clients.emplace_back([&] {
      grpc::ClientContext context;
      const auto stream = stub_->Connect(&context);
      v1::ConnectResponse message;
      for (int n = 0; n < kMessages; ++n) {
        ASSERT_TRUE(stream->Write(Request(n)));
        ASSERT_TRUE(stream->Read(&message));
        ASSERT_EQ(message.welcome().lease_ms(), n);
      }
      stream->WritesDone();
      EXPECT_TRUE(stream->Finish().ok());
    });
  }
  for (int i = 0; i < kStreams; ++i) StartEcho(server_.connects.Take());
  for (std::thread& client : clients) client.join();
  EXPECT_TRUE(Eventually([&] { return closed_ == kStreams; }));
}

TEST_F(BidiCallTest, NothingIsReadWhileAMessageHoldsTheStream) {
  const auto call = Open();
  std::atomic<int> read = 0;
  call->Start(
      [&](v1::ConnectRequest&) {
        ++read;
        call->Hold();
        call->Hold();
      },
      [this] { ++closed_; });
  ASSERT_TRUE(stream_->Write(Request(1)));
  ASSERT_TRUE(stream_->Write(Request(2)));
  stream_->WritesDone();
  EXPECT_TRUE(Eventually([&] { return read == 1; }));
  call->Resume();
  EXPECT_EQ(read, 1) << "the other hold is left";
  call->Resume();
  EXPECT_TRUE(Eventually([&] { return read == 2; }));
  EXPECT_EQ(closed_, 0);
  call->Resume();
  call->Resume();
  EXPECT_TRUE(Eventually([&] { return closed_ == 1; }));
  EXPECT_TRUE(stream_->Finish().ok());
}

TEST_F(BidiCallTest, ThePeersLastMessageEndsTheStreamWithOk) {
  StartEcho(Open());
  stream_->WritesDone();
  v1::ConnectResponse message;
  EXPECT_FALSE(stream_->Read(&message));
  EXPECT_TRUE(stream_->Finish().ok());
  EXPECT_EQ(closed_, 1);
}

TEST_F(BidiCallTest, APeerThatLeavesIsToldOnceAndTheCallFreed) {
  auto call = Open();
  StartEcho(call);
  context_.TryCancel();
  EXPECT_EQ(stream_->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return closed_ == 1; }));
  EXPECT_TRUE(Eventually([&] { return !call->Push(Response(1)); }));
  const std::weak_ptr<ConnectCall> watched = call;
  call.reset();
  EXPECT_TRUE(Eventually([&] { return watched.expired(); }));
  EXPECT_EQ(closed_, 1);
}

TEST_F(BidiCallTest, TheServerMayCloseWhileThePeerWrites) {
  const auto call = Open();
  StartEcho(call);
  std::thread writer([&] {
    for (int i = 0; stream_->Write(Request(i)); ++i) {
    }
  });
  v1::ConnectResponse message;
  ASSERT_TRUE(stream_->Read(&message));
  call->Close({grpc::StatusCode::UNAVAILABLE, "connect again"});
  while (stream_->Read(&message)) {
  }
  writer.join();
  const grpc::Status status = stream_->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "connect again");
  EXPECT_TRUE(Eventually([&] { return closed_ == 1; }));
}

TEST_F(BidiCallTest, APeerThatDoesNotReadLosesTheStream) {
  constexpr std::size_t kPadding = 8 * 1024;
  constexpr int kTooMany = static_cast<int>(ConnectCall::kLimit.messages) * 3;
  const auto call = Open();
  StartEcho(call);
  int pushed = 0;
  while (pushed < kTooMany && call->Push(Response(pushed, kPadding))) ++pushed;
  EXPECT_GE(pushed, static_cast<int>(ConnectCall::kLimit.messages));
  EXPECT_LT(pushed, kTooMany);
  v1::ConnectResponse message;
  while (stream_->Read(&message)) {
  }
  EXPECT_EQ(stream_->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Eventually([&] { return closed_ == 1; }));
}

TEST_F(BidiCallTest, AStreamClosedBeforeItWasStartedIsFreed) {
  auto call = Open();
  call->Close({grpc::StatusCode::UNAUTHENTICATED, "no"});
  EXPECT_EQ(stream_->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  const std::weak_ptr<ConnectCall> watched = call;
  call.reset();
  EXPECT_TRUE(Eventually([&] { return watched.expired(); }));
}

}  // namespace
}  // namespace furnace::rpc
