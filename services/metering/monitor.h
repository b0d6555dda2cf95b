#pragma once

#include "libs/common/metrics/metrics.h"
#include "services/metering/app/ports.h"

namespace furnace::metering {

/// Counts what was recorded, for /metrics.
class MetricsMonitor final : public RecordingMonitor {
 public:
  MetricsMonitor();

  void Recorded(const RecordTally& tally) override;

 private:
  prometheus::Counter& recorded_;
  prometheus::Counter& repeated_;
  prometheus::Counter& conflicting_;
  prometheus::Counter& unpriced_;
};

}  // namespace furnace::metering
