#include "libs/common/metrics/admin_server.h"

#include <CivetServer.h>
#include <prometheus/text_serializer.h>

#include <string_view>
#include <utility>
#include <vector>

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

AdminServer::~AdminServer() = default;

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const std::string& address,
                                                                std::function<bool()> ready) {
  auto handlers = std::make_unique<Handlers>(std::move(ready));
  const std::vector<std::string> options = {"listening_ports", address, "num_threads", "2",
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
