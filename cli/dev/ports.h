#pragma once

#include "absl/status/statusor.h"

namespace furnace::dev {

/// The loopback ports of one suite.
struct Ports {
  int gateway_http = 0;
  int scheduler = 0;
  int registry = 0;
  int metering = 0;
  int gateway_grpc = 0;
  int gateway_metrics = 0;
  int scheduler_metrics = 0;
  int registry_metrics = 0;
  int metering_metrics = 0;
  int redis = 0;
  int postgres = 0;
};

inline constexpr int kDefaultPortBase = 4210;
/// Ports from the base on that FixedPorts uses.
inline constexpr int kFixedPortCount = 9;

/// The documented ports, `base` (1 to 65527) being the gateway's HTTP port. Those of
/// Redis and PostgreSQL stay 0: FillFreePorts chooses them.
Ports FixedPorts(int base);

/// Gives each port that is 0 a free one. UNAVAILABLE when there is none.
absl::Status FillFreePorts(Ports& ports);

/// ALREADY_EXISTS naming the port when something listens on one of FixedPorts.
absl::Status CheckFree(const Ports& ports);

}  // namespace furnace::dev
