#include "services/worker/gpu/gpu_monitor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "services/worker/gpu/process_kin.h"

namespace furnace::worker {

GpuMonitor::GpuMonitor(OpenDriver open, std::function<pid_t()> handler, Mailbox& mailbox)
    : GpuMonitor(std::move(open), std::move(handler), mailbox, Periods()) {}

GpuMonitor::GpuMonitor(OpenDriver open, std::function<pid_t()> handler, Mailbox& mailbox,
                       Periods periods)
    : open_(std::move(open)), handler_(std::move(handler)), mailbox_(mailbox), periods_(periods) {}

GpuMonitor::~GpuMonitor() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

void GpuMonitor::Watch(GpuEvents& events) {
  thread_ = std::thread([this, &events] { Run(events); });
}

void GpuMonitor::SetBusy(bool busy) {
  MutexLock lock(mutex_);
  if (std::exchange(busy_, busy) != busy) changed_.SignalAll();
}

void GpuMonitor::Run(GpuEvents& events) {
  const absl::StatusOr<std::unique_ptr<GpuDriver>> driver = open_();
  if (!driver.ok()) {
    spdlog::info("no GPU is reported: {}", driver.status().ToString());
    return;
  }
  mailbox_.Post([&events, gpus = (*driver)->gpus()] { events.OnGpus(gpus); });
  absl::Time next_reading = absl::InfinitePast();
  for (bool busy = false; AwaitWork(next_reading, busy);) {
    if (busy) {
      const std::int64_t used_mib = SampleMemory(**driver);
      mailbox_.Post([&events, used_mib] { events.OnHandlerMemory(used_mib); });
    }
    if (absl::Now() < next_reading) continue;
    mailbox_.Post([&events, readings = (*driver)->Read()] { events.OnGpuReadings(readings); });
    next_reading = absl::Now() + periods_.read;
  }
}

bool GpuMonitor::AwaitWork(absl::Time next_reading, bool& busy) {
  MutexLock lock(mutex_);
  // One that was busy goes on sampling at its pace; one that becomes so begins at once.
  const absl::Time pause = absl::Now() + periods_.sample;
  const bool was_busy = busy;
  while (!stopping_ && absl::Now() < next_reading) {
    if (busy_ && (!was_busy || absl::Now() >= pause)) break;
    const absl::Time until = busy_ ? std::min(pause, next_reading) : next_reading;
    changed_.WaitFor(mutex_, until - absl::Now());
  }
  busy = busy_;
  return !stopping_;
}

std::int64_t GpuMonitor::SampleMemory(GpuDriver& driver) const {
  const pid_t handler = handler_();
  std::vector<GpuMemory> gpus;
  for (const GpuDriver::Usage& usage : driver.Usages()) {
    GpuMemory& gpu = gpus.emplace_back();
    gpu.used_mib = usage.used_mib;
    if (!usage.users) continue;
    gpu.processes.emplace();
    for (const GpuUser& user : *usage.users) {
      gpu.processes->push_back({.kin = KinOf(user.pid, handler), .memory_mib = user.memory_mib});
    }
  }
  return HandlerMemoryMib(gpus);
}

}  // namespace furnace::worker
