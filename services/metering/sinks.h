#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/common/base/clock.h"
#include "libs/common/runtime/periodic.h"
#include "services/metering/app/sink_ports.h"
#include "services/metering/app/sink_pump.h"
#include "services/metering/app/throttle_watch.h"
#include "services/metering/sinks_config.h"

namespace furnace::metering {

/// The sinks that are on, each with a thread that delivers to it, and one that asks Waybill
/// for throttles. Destruction waits for the requests in progress.
class Sinks {
 public:
  /// `owner` distinguishes this process from all others that are up, and is the same when
  /// it is started again.
  Sinks(const SinksConfig& config, const std::string& owner, SinkStore& store,
        ThrottleStore& throttles, SinkMonitor& monitor, const Clock& clock);
  ~Sinks();

 private:
  struct Sink {
    std::string name;
    std::unique_ptr<SinkClient> client;
    std::unique_ptr<SinkPump> pump;
    std::unique_ptr<runtime::Periodic> thread;
  };

  void Add(SinkSpec spec, std::unique_ptr<SinkClient> client);
  void WatchThrottles(const SinksConfig& config, ThrottleStore& throttles);
  void Report();

  const std::string owner_;
  SinkStore& store_;
  SinkMonitor& monitor_;
  const Clock& clock_;
  std::vector<Sink> sinks_;
  std::unique_ptr<runtime::Periodic> reporter_;
  std::unique_ptr<ThrottleSource> throttle_source_;
  std::unique_ptr<ThrottleWatch> throttle_watch_;
  std::unique_ptr<runtime::Periodic> throttle_thread_;
};

}  // namespace furnace::metering
