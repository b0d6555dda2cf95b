#include "services/metering/monitor.h"

namespace furnace::metering {

MetricsMonitor::MetricsMonitor()
    : recorded_(metrics::Counter("furnace_metering_records_total",
                                 "Usage records taken into the books.")),
      repeated_(metrics::Counter("furnace_metering_records_repeated_total",
                                 "Usage records skipped: known and the same.")),
      conflicting_(
          metrics::Counter("furnace_metering_records_conflicting_total",
                           "Usage records skipped: known by their key, but with other values.")),
      unpriced_(metrics::Counter("furnace_metering_records_unpriced_total",
                                 "Usage records taken whose GPU type has no price.")) {}

void MetricsMonitor::Recorded(const RecordTally& tally) {
  recorded_.Increment(tally.recorded);
  repeated_.Increment(tally.repeated);
  conflicting_.Increment(tally.conflicting);
  unpriced_.Increment(tally.unpriced);
}

}  // namespace furnace::metering
