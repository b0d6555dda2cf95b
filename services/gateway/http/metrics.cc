#include "services/gateway/http/metrics.h"

#include <algorithm>

namespace furnace::gateway::http {

RouteMetrics::RouteMetrics(const std::string& method, const std::string& path)
    : route_(method + " " + path),
      duration_(metrics::Latency("http_request_duration_seconds",
                                 "Time from a request's head to the end of its answer.",
                                 {{"route", route_}})) {}

void RouteMetrics::Answered(int http_status, absl::Duration took) const {
  duration_.Observe(absl::ToDoubleSeconds(took));
  const int index = std::clamp(http_status - kFirstStatus, 0, kStatuses - 1);
  auto& place = counters_[static_cast<std::size_t>(index)];
  prometheus::Counter* counter = place.load(std::memory_order_acquire);
  if (counter == nullptr) {
    // Two threads may both get here; the registry gives them the same counter.
    counter = &metrics::Counter("http_requests_total", "Requests answered, by route and status.",
                                {{"route", route_}, {"status", std::to_string(http_status)}});
    place.store(counter, std::memory_order_release);
  }
  counter->Increment();
}

const RouteMetrics& NoRoute() {
  static const RouteMetrics metrics("*", "unmatched");
  return metrics;
}

prometheus::Gauge& OpenConnections() {
  static prometheus::Gauge& gauge =
      metrics::Gauge("http_open_connections", "HTTP connections open now, WebSockets included.");
  return gauge;
}

prometheus::Gauge& OpenWebSockets() {
  static prometheus::Gauge& gauge = metrics::Gauge("http_open_websockets", "WebSockets open now.");
  return gauge;
}

}  // namespace furnace::gateway::http
