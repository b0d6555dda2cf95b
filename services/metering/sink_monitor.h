#pragma once

#include "services/metering/app/sink_ports.h"

namespace furnace::metering {

/// The sinks' metrics, with a label `sink`.
class MetricsSinkMonitor final : public SinkMonitor {
 public:
  void Sent(const std::string& sink, SinkAnswer answer, std::size_t events) override;
  void Reported(const SinkReport& report, absl::Time now) override;
  void Throttled(std::size_t projects) override;
};

}  // namespace furnace::metering
