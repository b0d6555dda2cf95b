#include "libs/common/metrics/admin_server.h"

#include <CivetServer.h>
#include <netinet/in.h>
#include <prometheus/text_serializer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"
#include "libs/common/metrics/metrics.h"

namespace furnace::metrics {
namespace {

void Answer(mg_connection* connection, int code, const char* type, std::string_view body) {
  mg_printf(connection,
            "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
            "Connection: close\r\n\r\n",
            code, code == 200 ? "OK" : "Service Unavailable", type, body.size());
  mg_write(connection, body.data(), body.size());
}

constexpr absl::Duration kKnockEvery = absl::Milliseconds(2);

// Connects to a loopback port and hangs up.
void Knock(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // It does not wait to be connected: knocking is enough.
  static_cast<void>(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address));
  close(fd);
}

class MetricsHandler final : public CivetHandler {
 public:
  bool handleGet(CivetServer*, mg_connection* connection) override {
    Answer(connection, 200, "text/plain; version=0.0.4",
           prometheus::TextSerializer().Serialize(Registry()->Collect()));
    return true;
  }
};

class ProbeHandler final : public CivetHandler {
 public:
  explicit ProbeHandler(std::function<bool()> well) : well_(std::move(well)) {}

  bool handleGet(CivetServer*, mg_connection* connection) override {
    const bool well = well_();
    Answer(connection, well ? 200 : 503, "application/json",
           well ? R"({"status":"ok"})" : R"({"status":"unavailable"})");
    return true;
  }

 private:
  const std::function<bool()> well_;
};

}  // namespace

class AdminServer::Handlers {
 public:
  explicit Handlers(std::function<bool()> ready) : readiness(std::move(ready)) {}

  MetricsHandler metrics;
  ProbeHandler liveness{[] { return true; }};
  ProbeHandler readiness;
};

AdminServer::AdminServer(std::unique_ptr<Handlers> handlers, std::unique_ptr<CivetServer> server)
    : handlers_(std::move(handlers)), server_(std::move(server)) {}

// The library looks whether it should stop when somebody connects, else every two
// seconds. So somebody connects.
AdminServer::~AdminServer() {
  const std::vector<int> ports = server_->getListeningPorts();
  std::atomic<bool> closed{false};
  std::thread closing([this, &closed] {
    server_->close();
    closed = true;
  });
  while (!closed) {
    if (!ports.empty()) Knock(ports.front());
    absl::SleepFor(kKnockEvery);
  }
  closing.join();
}

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const std::string& address,
                                                                std::function<bool()> ready) {
  auto handlers = std::make_unique<Handlers>(std::move(ready));
  const std::vector<std::string> options = {"listening_ports",    address, "num_threads", "2",
                                            "request_timeout_ms", "5000"};
  std::unique_ptr<CivetServer> server;
  // The library reports failure to bind by throwing.
  try {
    server = std::make_unique<CivetServer>(options);
  } catch (const CivetException&) {
    return Error(absl::StatusCode::kUnavailable, "cannot listen on {} for metrics", address);
  }
  server->addHandler("/metrics", handlers->metrics);
  server->addHandler("/healthz", handlers->liveness);
  server->addHandler("/readyz", handlers->readiness);
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(handlers), std::move(server)));
}

}  // namespace furnace::metrics
