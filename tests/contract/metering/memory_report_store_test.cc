#include "tests/contract/metering/report_store_contract.h"
#include "tests/support/metering_memory_reports.h"

namespace furnace::metering {
namespace {

class MemoryReportBackend {
 public:
  UsageStore& usage() { return usage_; }
  ReportStore& reports() { return reports_; }

 private:
  MemoryUsageStore usage_;
  MemoryReportStore reports_{usage_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ReportStoreContract, MemoryReportBackend);

}  // namespace
}  // namespace furnace::metering
