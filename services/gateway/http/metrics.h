#pragma once

#include <array>
#include <atomic>
#include <string>

#include "absl/time/time.h"
#include "libs/common/metrics/metrics.h"

namespace furnace::gateway::http {

/// What is counted of one route. Thread-safe.
class RouteMetrics {
 public:
  RouteMetrics(const std::string& method, const std::string& path);

  /// A request was answered with `http_status`.
  void Answered(int http_status, absl::Duration took) const;

 private:
  static constexpr int kFirstStatus = 100;
  static constexpr int kStatuses = 500;

  const std::string route_;  // "GET /v1/jobs/{job_id}"
  prometheus::Histogram& duration_;
  // Looking a counter up takes a lock and a map, so found ones are kept.
  mutable std::array<std::atomic<prometheus::Counter*>, kStatuses> counters_{};
};

/// Counts requests that no route served: unknown paths, malformed heads.
const RouteMetrics& NoRoute();

/// Connections open now, and WebSockets among them.
prometheus::Gauge& OpenConnections();
prometheus::Gauge& OpenWebSockets();

}  // namespace furnace::gateway::http
