#include "libs/common/metrics/admin_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "libs/common/http/client.h"
#include "libs/common/metrics/metrics.h"

namespace furnace::metrics {
namespace {

using testing::HasSubstr;

// The library takes no port 0.
int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(fd);
  return ntohs(address.sin_port);
}

// One server for all tests.
class AdminServerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    address_ = "127.0.0.1:" + std::to_string(FreePort());
    auto started = AdminServer::Start(address_, [] { return ready_.load(); });
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }
  static void TearDownTestSuite() { server_.reset(); }

  http::Response Get(const std::string& path) {
    http::Request request;
    request.url = "http://" + address_ + path;
    const auto response = client_.Send(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : http::Response();
  }

  static inline std::string address_;
  static inline std::atomic<bool> ready_ = true;
  static inline std::unique_ptr<AdminServer> server_;
  http::Client client_;
};

TEST_F(AdminServerTest, ShowsTheMetricsOfTheProcess) {
  Counter("furnace_test_total", "Things.", {{"kind", "a"}}).Increment(3);
  Gauge("furnace_test_level", "A level.").Set(1.5);
  Latency("furnace_test_seconds", "A time.").Observe(0.002);
  const http::Response response = Get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("furnace_test_total{kind=\"a\"} 3"));
  EXPECT_THAT(response.body, HasSubstr("furnace_test_level 1.5"));
  EXPECT_THAT(response.body, HasSubstr("furnace_test_seconds_count 1"));
  EXPECT_THAT(response.body, HasSubstr("# HELP furnace_test_total Things."));
}

TEST_F(AdminServerTest, ReadinessIsAskedForEachTimeAndLivenessIsNot) {
  EXPECT_EQ(Get("/readyz").status, 200);
  ready_ = false;
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/healthz").status, 200);
  ready_ = true;
  EXPECT_EQ(Get("/readyz").status, 200);
}

TEST_F(AdminServerTest, OtherPathsAreNotFound) { EXPECT_EQ(Get("/etc/passwd").status, 404); }

TEST_F(AdminServerTest, ATakenAddressIsUnavailable) {
  EXPECT_TRUE(absl::IsUnavailable(AdminServer::Start(address_, [] { return true; }).status()));
}

TEST(CounterTest, TheSameNameIsTheSameCounter) {
  prometheus::Counter& first = Counter("furnace_same_total", "Same.");
  prometheus::Counter& second = Counter("furnace_same_total", "Same.");
  first.Increment();
  EXPECT_EQ(second.Value(), 1);
}

}  // namespace
}  // namespace furnace::metrics
