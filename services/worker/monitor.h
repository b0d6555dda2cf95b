#pragma once

#include "libs/common/metrics/metrics.h"
#include "services/worker/app/monitor.h"

namespace furnace::worker {

/// Shows what the agent does on /metrics.
class MetricsMonitor final : public AgentMonitor {
 public:
  MetricsMonitor();

  void OnAttemptEnded(Cause cause, absl::Duration ran) override;
  void OnHandlerStarted() override;
  void OnFigures(const AgentFigures& figures) override;
  void OnGpuReadings(const std::vector<GpuInfo>& gpus,
                     const std::vector<GpuReading>& readings) override;
  void OnHandlerMemory(std::int64_t used_mib) override;

 private:
  prometheus::Histogram& execution_;
  prometheus::Counter& handler_starts_;
  prometheus::Gauge& takes_held_;
  prometheus::Gauge& jobs_waiting_;
  prometheus::Gauge& jobs_running_;
  prometheus::Gauge& results_;
  prometheus::Gauge& result_bytes_;
  prometheus::Gauge& connected_;
  prometheus::Gauge& handler_memory_;
};

}  // namespace furnace::worker
