// Many clients at once, without gRPC: what ThreadSanitizer is to look at.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "furnace/v1/job_service.pb.h"
#include "libs/common/base/clock.h"
#include "services/gateway/http/api.h"
#include "services/gateway/http/front.h"
#include "services/gateway/http/server.h"
#include "tests/support/gateway_backends.h"
#include "tests/support/gateway_client.h"
#include "tests/support/gateway_web_socket.h"

namespace furnace::gateway::testing {
namespace {

constexpr char kAuth[] = "Authorization: Bearer fk_runner\r\n";
constexpr int kClients = 8;
constexpr int kRounds = 20;

// SubmitResponse and WatchResponse both have a job as field 1.
std::string AnyReply(std::size_t output_bytes) {
  furnace::v1::SubmitResponse response;
  response.mutable_job()->set_id("j1");
  response.mutable_job()->set_output('"' + std::string(output_bytes, 'x') + '"');
  return response.SerializeAsString();
}

class ServerRaceTest : public ::testing::Test {
 protected:
  ServerRaceTest() {
    EXPECT_TRUE(api_.Build().ok());
    http::Server::Options options{.address = "127.0.0.1:0"};
    options.limits.lame_duck = absl::Milliseconds(1);
    server_ = *http::Server::Start(options, front_);
  }

  ~ServerRaceTest() override { Stop(absl::ZeroDuration()); }

  void Stop(absl::Duration grace) {
    draining_ = true;
    server_->BeginDrain();
    server_->FinishDrain(grace);
    api_.Stop();
    backends_.reset();
  }

  // What one client does: of everything a bit.
  void Visit(int port) {
    HttpClient client(port);
    const std::string large = "{\"input\":\"" + std::string(http::kLargeBytes, 'y') + "\"}";
    for (int i = 0; i < kRounds; ++i) {
      answered_ += client.Ask("POST", "/v1/endpoints/e/run", kAuth, "{\"input\":1}").status == 200;
      answered_ += client.Ask("POST", "/v1/endpoints/e/run", kAuth, large).status == 200;
      answered_ += client.Ask("GET", "/v1/jobs/j1/wait", kAuth).status == 200;
      answered_ += client.Ask("GET", "/v1/jobs/j1/watch", kAuth).complete;
      answered_ += client.Ask("GET", "/health").status == 200;
    }
    WebSocketClient socket(port, "/v1/jobs/j1/stream", "fk_runner");
    while (socket.Read().has_value()) {
    }
    answered_ += socket.close_code() == 1000;
  }

  std::vector<std::thread> SendClients() {
    std::vector<std::thread> clients;
    clients.reserve(kClients);
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([this, port = server_->port()] { Visit(port); });
    }
    return clients;
  }

  const SystemClock clock_;
  OneKey keys_;
  std::unique_ptr<MemoryBackends> backends_ =
      std::make_unique<MemoryBackends>(AnyReply(2 * http::kLargeBytes), 5);
  std::atomic<bool> draining_ = false;
  NoEndpoints endpoints_;
  EndpointNames endpoint_names_{endpoints_, clock_};
  http::Api api_{*backends_, endpoint_names_, {.secret = "s"}, [this] { return draining_.load(); }};
  Authenticator authenticator_{keys_, clock_, KeyCachePolicy{}};
  http::Front front_{api_.router(), authenticator_};
  std::unique_ptr<http::Server> server_;
  std::atomic<int> answered_ = 0;
};

TEST_F(ServerRaceTest, EveryRequestOfManyClientsIsAnswered) {
  std::vector<std::thread> clients = SendClients();
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered_, kClients * (5 * kRounds + 1));
}

TEST_F(ServerRaceTest, DrainingUnderLoadEndsWell) {
  std::vector<std::thread> clients = SendClients();
  while (answered_ < kClients) std::this_thread::yield();
  Stop(absl::Seconds(60));
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(ServerRaceTest, StoppingUnderLoadEndsWell) {
  std::vector<std::thread> clients = SendClients();
  while (answered_ < kClients) std::this_thread::yield();
  Stop(absl::ZeroDuration());
  server_.reset();  // So that clients get to know.
  for (std::thread& client : clients) client.join();
  server_ = *http::Server::Start({.address = "127.0.0.1:0"}, front_);
}

}  // namespace
}  // namespace furnace::gateway::testing
