#include "libs/common/rpc/server.h"

#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/common/rpc/async_server.h"

namespace furnace::rpc {
namespace {

/// Get waits until the test lets it go.
class SlowJobs final : public v1::JobService::Service {
 public:
  grpc::Status Get(grpc::ServerContext*, const v1::GetRequest*, v1::GetResponse*) override {
    entered.Put(true);
    release.Take();
    return grpc::Status::OK;
  }

  Mailbox<bool> entered, release;
};

std::unique_ptr<Server> StartServer(grpc::Service& service) {
  auto started = Server::Start({.address = "127.0.0.1:0"}, {&service});
  EXPECT_TRUE(started.ok()) << started.status();
  return *std::move(started);
}

std::string AddressOf(const Server& server) { return "127.0.0.1:" + std::to_string(server.port()); }

TEST(ServerTest, ATakenPortIsUnavailable) {
  v1::JobService::Service service;
  const auto server = StartServer(service);
  v1::JobService::Service second;
  const auto started = Server::Start({.address = AddressOf(*server)}, {&second});
  EXPECT_TRUE(absl::IsUnavailable(started.status()));
}

TEST(ServerTest, AnAddressThatIsNoneIsUnavailable) {
  for (const char* address : {"", "nonsense", "256.0.0.1:1"}) {
    v1::JobService::Service service;
    EXPECT_TRUE(absl::IsUnavailable(Server::Start({.address = address}, {&service}).status()))
        << address;
  }
}

TEST(ServerTest, AnswersHealthChecks) {
  v1::JobService::Service service;
  const auto server = StartServer(service);
  grpc::GenericStub stub(Dial(AddressOf(*server)));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const grpc::Slice no_bytes;
  const auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check",
                                          grpc::ByteBuffer(&no_bytes, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  ASSERT_TRUE(status.ok()) << status.error_message();
  grpc::Slice slice;
  ASSERT_TRUE(answer.DumpToSingleSlice(&slice).ok());
  EXPECT_EQ(std::string(slice.begin(), slice.end()), "\x08\x01");  // status: SERVING
}

TEST(ServerTest, UnknownMethodsAreUnimplemented) {
  v1::JobService::Service service;
  const auto server = StartServer(service);
  const auto stub = v1::WorkerService::NewStub(Dial(AddressOf(*server)));
  grpc::ClientContext context;
  EXPECT_EQ(stub->Connect(&context)->Finish().error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST(ServerTest, ACallBeyondTheThreadsIsRefusedAtOnce) {
  SlowJobs service;
  auto started = Server::Start({.address = "127.0.0.1:0", .max_threads = 4}, {&service});
  ASSERT_TRUE(started.ok());
  const auto stub = v1::JobService::NewStub(Dial(AddressOf(**started)));
  std::atomic<int> refused = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      grpc::ClientContext context;
      v1::GetResponse response;
      const grpc::Status status = stub->Get(&context, v1::GetRequest(), &response);
      if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) ++refused;
    });
  }
  EXPECT_TRUE(Eventually([&] { return refused >= 4; }));
  for (int i = 0; i < 8; ++i) service.release.Put(true);
  for (std::thread& client : clients) client.join();
}

TEST(DrainTest, LetsASyncCallInFlightFinish) {
  SlowJobs service;
  const auto server = StartServer(service);
  const auto stub = v1::JobService::NewStub(Dial(AddressOf(*server)));
  grpc::Status status(grpc::StatusCode::UNKNOWN, "");
  std::thread client([&] {
    grpc::ClientContext context;
    v1::GetResponse response;
    status = stub->Get(&context, v1::GetRequest(), &response);
  });
  service.entered.Take();
  std::thread drain([&] { server->Drain(kPatience); });
  service.release.Put(true);
  drain.join();
  client.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST(DrainTest, LetsADeferredCallInFlightFinish) {
  AsyncServer server;
  const auto stub = v1::JobService::NewStub(server.channel());
  grpc::Status status(grpc::StatusCode::UNKNOWN, "");
  std::thread client([&] {
    grpc::ClientContext context;
    v1::RunSyncResponse response;
    status = stub->RunSync(&context, v1::RunSyncRequest(), &response);
  });
  std::shared_ptr<RunSyncCall> call = server.run_syncs.Take();
  std::thread drain([&] { server.server().Drain(kPatience); });
  call->Finish(v1::RunSyncResponse());
  call.reset();
  drain.join();
  client.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST(DrainTest, CancelsWhatIsOpenAfterTheGraceEvenIfWeHoldIt) {
  AsyncServer server;
  const auto jobs = v1::JobService::NewStub(server.channel());
  const auto workers = v1::WorkerService::NewStub(server.channel());
  grpc::ClientContext run_sync_context, watch_context, connect_context;
  std::thread client([&] {
    v1::RunSyncResponse response;
    EXPECT_FALSE(jobs->RunSync(&run_sync_context, v1::RunSyncRequest(), &response).ok());
  });
  const auto reader = jobs->Watch(&watch_context, v1::WatchRequest());
  const auto stream = workers->Connect(&connect_context);
  std::shared_ptr<RunSyncCall> run_sync = server.run_syncs.Take();
  std::shared_ptr<WatchCall> watch = server.watches.Take();
  std::shared_ptr<ConnectCall> connect = server.connects.Take();
  std::atomic<int> closed = 0;
  connect->Start([](v1::ConnectRequest&) {}, [&] { ++closed; });

  std::thread drain([&] { server.server().Drain(absl::Milliseconds(10)); });
  client.join();
  v1::WatchResponse watched;
  EXPECT_FALSE(reader->Read(&watched));
  EXPECT_FALSE(reader->Finish().ok());
  v1::ConnectResponse connected;
  EXPECT_FALSE(stream->Read(&connected));
  EXPECT_FALSE(stream->Finish().ok());
  EXPECT_TRUE(Eventually([&] { return closed == 1; }));
  EXPECT_TRUE(Eventually([&] { return !watch->Push(v1::WatchResponse()); }));
  drain.join();
  // Who still holds a call of a server that is gone may use it; nobody hears.
  run_sync->Finish(v1::RunSyncResponse());
  watch->Close(grpc::Status::OK);
  EXPECT_FALSE(connect->Push(v1::ConnectResponse()));
  run_sync.reset();
  watch.reset();
  connect.reset();
}

TEST(DrainTest, RefusesNewCallsMeanwhile) {
  SlowJobs service;
  const auto server = StartServer(service);
  const std::string address = AddressOf(*server);
  const auto stub = v1::JobService::NewStub(Dial(address));
  std::thread client([&] {
    grpc::ClientContext context;
    v1::GetResponse response;
    EXPECT_TRUE(stub->Get(&context, v1::GetRequest(), &response).ok());
  });
  service.entered.Take();
  std::thread drain([&] { server->Drain(kPatience); });
  EXPECT_TRUE(Eventually([&] {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(1)));
    v1::ListResponse response;
    const grpc::Status status =
        v1::JobService::NewStub(Dial(address))->List(&context, v1::ListRequest(), &response);
    return status.error_code() == grpc::StatusCode::UNAVAILABLE;
  }));
  service.release.Put(true);
  drain.join();
  client.join();
}

TEST(DrainTest, AServerDrainsOnceAndMayBeDestroyedUndrained) {
  v1::JobService::Service service;
  StartServer(service)->Drain(kPatience);
  StartServer(service).reset();
}

}  // namespace
}  // namespace furnace::rpc
