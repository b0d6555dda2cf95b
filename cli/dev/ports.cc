#include "cli/dev/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "libs/common/base/status.h"

namespace furnace::dev {
namespace {

// A loopback TCP socket bound to a port, to find out whether it is free.
class BoundSocket {
 public:
  explicit BoundSocket(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int enable = 1;  // A port in TIME_WAIT counts as free, as for the services.
    setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &enable, sizeof(enable));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    bound_ = bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
             listen(fd_, 1) == 0;
    socklen_t size = sizeof(address);
    if (bound_ && getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
      port_ = ntohs(address.sin_port);
    }
  }
  ~BoundSocket() {
    if (fd_ >= 0) close(fd_);
  }
  BoundSocket(BoundSocket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), bound_(other.bound_), port_(other.port_) {}
  BoundSocket& operator=(BoundSocket&&) = delete;

  bool bound() const { return bound_; }
  int port() const { return port_; }

 private:
  int fd_;
  bool bound_ = false;
  int port_ = 0;
};

}  // namespace

Ports FixedPorts(int base) {
  return {.gateway_http = base,
          .scheduler = base + 1,
          .registry = base + 2,
          .metering = base + 3,
          .gateway_grpc = base + 4,
          .gateway_metrics = base + 5,
          .scheduler_metrics = base + 6,
          .registry_metrics = base + 7,
          .metering_metrics = base + 8};
}

absl::Status FillFreePorts(Ports& ports) {
  std::vector<BoundSocket> held;  // Together, so that no port is found twice.
  for (int* port :
       {&ports.gateway_http, &ports.scheduler, &ports.registry, &ports.metering,
        &ports.gateway_grpc, &ports.gateway_metrics, &ports.scheduler_metrics,
        &ports.registry_metrics, &ports.metering_metrics, &ports.redis, &ports.postgres}) {
    if (*port != 0) continue;
    BoundSocket socket(0);
    if (!socket.bound()) return absl::UnavailableError("no free port on 127.0.0.1");
    *port = socket.port();
    held.push_back(std::move(socket));
  }
  return absl::OkStatus();
}

absl::Status CheckFree(const Ports& ports) {
  for (const int port : {ports.gateway_http, ports.scheduler, ports.registry, ports.metering,
                         ports.gateway_grpc, ports.gateway_metrics, ports.scheduler_metrics,
                         ports.registry_metrics, ports.metering_metrics}) {
    if (!BoundSocket(port).bound()) {
      return Error(absl::StatusCode::kAlreadyExists,
                   "port {} is in use; choose others with --port-base N or --free-ports", port);
    }
  }
  return absl::OkStatus();
}

}  // namespace furnace::dev
