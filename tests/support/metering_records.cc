#include "tests/support/metering_records.h"

#include "absl/time/clock.h"
#include "libs/common/base/check.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering {

std::string NewId() { return NewUuid(absl::Now()); }

UsageRecord ARecord() {
  return {.key = {NewId(), 1},
          .project_id = NewId(),
          .endpoint_id = NewId(),
          .worker_id = "worker-1",
          .gpu_type = "rtx4000",
          .milli_gpus = 1'000,
          .start_us = kTenUs,
          .end_us = kTenUs + 10 * kSecondUs};
}

std::vector<Price> DefaultPrices() {
  return {{PriceUnit::kGpuSecond, "rtx4000", 60'000, kEarliestUs},
          {PriceUnit::kGpuSecond, "rtx4090", 120'000, kEarliestUs},
          {PriceUnit::kInvocation, "", 100'000, kEarliestUs},
          {PriceUnit::kWarmGpuSecond, "rtx4000", 42'000, kEarliestUs},
          {PriceUnit::kWarmGpuSecond, "rtx4090", 84'000, kEarliestUs},
          {PriceUnit::kGbMonth, "", 20'000'000, kEarliestUs}};
}

Bill DefaultBill(const UsageRecord& record) {
  absl::StatusOr<Bill> bill = MakeBill(record, PriceList(DefaultPrices()));
  FURNACE_CHECK(bill.ok());
  return *std::move(bill);
}

std::vector<Bill> DefaultBills(const std::vector<UsageRecord>& records) {
  std::vector<Bill> bills;
  for (const UsageRecord& record : records) bills.push_back(DefaultBill(record));
  return bills;
}

}  // namespace furnace::metering
