// What the books must show, computed anew from the records in the plainest way:
// big integers, no segments, no rollups, none of the service's arithmetic.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "services/metering/domain/pricing.h"
#include "services/metering/domain/usage.h"
#include "services/metering/domain/usage_query.h"

namespace furnace::metering {

using BigInt = boost::multiprecision::cpp_int;

struct ReferenceSums {
  BigInt gpu_milli_us;
  BigInt credited_gpu_milli_us;
  BigInt unpriced_gpu_milli_us;
  BigInt invocations;
  BigInt cold_start_us;
  BigInt covered_gpu_milli_us;
  BigInt byte_us;
  BigInt cost_atto;

  bool IsZero() const;
};

class Reference {
 public:
  /// Hour, endpoint, GPU type; as UsageRow has them.
  using GroupKey = std::tuple<std::optional<std::int64_t>, std::string, std::string>;

  explicit Reference(std::vector<Price> prices) : prices_(std::move(prices)) {}

  /// Takes the record unless one with its key was taken before; whether it did.
  bool Add(const UsageRecord& record);

  /// Groups without any usage are left out.
  std::map<GroupKey, ReferenceSums> Sum(const UsageQuery& query) const;

  /// How many records a project has.
  std::int64_t RecordsOf(const std::string& project_id) const;

  /// GPU time of all leases of a project, billed and not.
  BigInt LeasedGpuMilliUs(const std::string& project_id) const;

 private:
  std::optional<std::int64_t> PriceAt(PriceUnit unit, const std::string& gpu_type,
                                      std::int64_t time_us) const;
  void AddRecord(const UsageQuery& query, const UsageRecord& record,
                 std::map<GroupKey, ReferenceSums>& groups) const;

  void AddStored(const UsageQuery& query, const UsageRecord& record,
                 std::map<GroupKey, ReferenceSums>& groups) const;

  std::vector<Price> prices_;
  std::map<RecordKey, UsageRecord> records_;
};

/// `dividend`, which is not negative, by `divisor`, rounded half to even.
BigInt DivideRounded(const BigInt& dividend, const BigInt& divisor);

/// Nano-dollars of atto-dollars, rounded half to even.
BigInt RoundToNanos(const BigInt& atto);

}  // namespace furnace::metering
