#include "services/metering/sink_monitor.h"

#include "libs/common/metrics/metrics.h"
#include "services/metering/app/sink_desk.h"

namespace furnace::metering {
namespace {

std::string NameOf(SinkAnswer answer) {
  switch (answer) {
    case SinkAnswer::kAccepted: return "accepted";
    case SinkAnswer::kRefused: return "refused";
    case SinkAnswer::kFailed: return "failed";
    case SinkAnswer::kUnavailable: return "unavailable";
  }
  return "invalid";
}

void Set(const char* name, const char* help, const std::string& sink, double value) {
  metrics::Gauge(name, help, {{"sink", sink}}).Set(value);
}

}  // namespace

void MetricsSinkMonitor::Sent(const std::string& sink, SinkAnswer answer, std::size_t events) {
  const prometheus::Labels labels = {{"sink", sink}, {"answer", NameOf(answer)}};
  metrics::Counter("furnace_sink_requests_total", "Requests to sinks.", labels).Increment();
  metrics::Counter("furnace_sink_events_total", "Events in requests to sinks.", labels)
      .Increment(static_cast<double>(events));
}

void MetricsSinkMonitor::Reported(const SinkReport& report, absl::Time now) {
  const std::string& sink = report.state.name;
  Set("furnace_sink_lag_seconds",
      "Age of the oldest UTC hour that is over and not delivered in full.", sink,
      static_cast<double>(LagSeconds(report, now)));
  Set("furnace_sink_pending_records", "Records behind the sink's cursor.", sink,
      static_cast<double>(report.pending_records));
  Set("furnace_sink_held_records", "Records whose project the sink has no name for.", sink,
      static_cast<double>(report.held_records));
  Set("furnace_sink_poisoned_events", "Events that the sink does not take.", sink,
      static_cast<double>(report.poisoned_events));
  Set("furnace_sink_failures", "Deliveries in a row that came to nothing.", sink,
      static_cast<double>(report.state.failures));
}

void MetricsSinkMonitor::Throttled(std::size_t projects) {
  metrics::Gauge("furnace_waybill_throttled_projects", "Projects that Waybill wants throttled.")
      .Set(static_cast<double>(projects));
}

}  // namespace furnace::metering
