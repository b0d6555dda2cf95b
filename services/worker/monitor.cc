#include "services/worker/monitor.h"

#include <algorithm>

namespace furnace::worker {
namespace {

const char* NameOf(Cause cause) {
  switch (cause) {
    case Cause::kNone: return "completed";
    case Cause::kHandlerError: return "handler_error";
    case Cause::kHandlerExited: return "handler_exited";
    case Cause::kTimeout: return "timeout";
  }
  return "handler_error";
}

prometheus::Gauge& Jobs(const char* state) {
  return metrics::Gauge("furnace_worker_jobs", "Jobs that wait for the handler or are with it.",
                        {{"state", state}});
}

// Named as the DCGM exporter names them after "DCGM_FI_DEV_", and labelled alike.
void Show(const char* name, const char* help, const GpuInfo& gpu, double value) {
  metrics::Gauge(name, help, {{"UUID", gpu.uuid}, {"modelName", gpu.model}}).Set(value);
}

void Show(const GpuInfo& gpu, const GpuReading& reading) {
  Show("furnace_gpu_fb_total", "Memory of the GPU (MiB).", gpu,
       static_cast<double>(gpu.memory_mib));
  Show("furnace_gpu_fb_used", "Memory in use (MiB).", gpu,
       static_cast<double>(reading.memory_used_mib));
  Show("furnace_gpu_util", "Utilisation (%).", gpu, reading.utilization_percent);
  Show("furnace_gpu_temp", "Temperature (C).", gpu, reading.temperature_celsius);
  Show("furnace_gpu_power_usage", "Power (W).", gpu, reading.power_watts);
  Show("furnace_gpu_xid_errors", "The last XID error; 0: none.", gpu, reading.last_xid);
  Show("furnace_gpu_ecc_dbe_vol_total", "Uncorrected memory errors since the driver was loaded.",
       gpu, static_cast<double>(reading.ecc_uncorrected));
  Show("furnace_gpu_healthy", "0 when the GPU should do no more work.", gpu,
       ProblemOf(reading).empty() ? 1 : 0);
}

}  // namespace

MetricsMonitor::MetricsMonitor()
    : execution_(metrics::Wait("furnace_worker_execution_seconds",
                               "From the hand-out of a job to the end of its attempt.")),
      handler_starts_(metrics::Counter("furnace_worker_handler_starts_total",
                                       "Starts of the handler's process.")),
      takes_held_(metrics::Gauge("furnace_worker_takes_held",
                                 "Requests of the handler for jobs that are open.")),
      jobs_waiting_(Jobs("waiting")),
      jobs_running_(Jobs("running")),
      results_(metrics::Gauge("furnace_worker_spool_results",
                              "Results that the scheduler has not settled.")),
      result_bytes_(metrics::Gauge("furnace_worker_spool_bytes",
                                   "Size of the results that the scheduler has not settled.")),
      connected_(metrics::Gauge("furnace_worker_connected",
                                "1 while there is a session with the scheduler.")),
      handler_memory_(metrics::Gauge("furnace_worker_gpu_memory_mib",
                                     "GPU memory of the handler at the last sample (MiB).")) {}

void MetricsMonitor::OnAttemptEnded(Cause cause, absl::Duration ran) {
  metrics::Counter("furnace_worker_attempts_total", "Attempts that ended, by outcome.",
                   {{"outcome", NameOf(cause)}})
      .Increment();
  execution_.Observe(absl::ToDoubleSeconds(ran));
}

void MetricsMonitor::OnHandlerStarted() { handler_starts_.Increment(); }

void MetricsMonitor::OnFigures(const AgentFigures& figures) {
  takes_held_.Set(static_cast<double>(figures.takes_held));
  jobs_waiting_.Set(static_cast<double>(figures.jobs_waiting));
  jobs_running_.Set(static_cast<double>(figures.jobs_running));
  results_.Set(static_cast<double>(figures.results));
  result_bytes_.Set(static_cast<double>(figures.result_bytes));
  connected_.Set(figures.connected ? 1 : 0);
}

void MetricsMonitor::OnGpuReadings(const std::vector<GpuInfo>& gpus,
                                   const std::vector<GpuReading>& readings) {
  for (const GpuReading& reading : readings) {
    const auto gpu = std::find_if(gpus.begin(), gpus.end(),
                                  [&](const GpuInfo& each) { return each.uuid == reading.uuid; });
    if (gpu != gpus.end()) Show(*gpu, reading);
  }
}

void MetricsMonitor::OnHandlerMemory(std::int64_t used_mib) {
  handler_memory_.Set(static_cast<double>(used_mib));
}

}  // namespace furnace::worker
