#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/metering/domain/usage.h"

namespace furnace::metering {

/// What a price is for. A warm GPU-second is one of an always-on worker.
enum class PriceUnit { kGpuSecond, kInvocation, kWarmGpuSecond, kGbMonth };

/// The tier of what names none.
inline constexpr std::string_view kOnDemand = "on_demand";

/// One line of the price list: in force from `effective_from_us`, which is a whole
/// UTC hour, until a later line for the same thing is.
///
/// Whole hours, so that usage cut at hours never spans a change of price.
struct Price {
  PriceUnit unit = PriceUnit::kGpuSecond;
  std::string gpu_type = {};  // Empty for an invocation and for storage.
  std::int64_t nanos = 0;     // Nano-dollars a unit.
  std::int64_t effective_from_us = 0;
  std::string region = {};      // Empty: wherever there is no other line.
  std::string tier = {};        // "on_demand", "spot" or "reserved"; empty: all others.
  std::string project_id = {};  // Empty: of all projects.
  bool ended = false;           // The thing has no line of its own from here on; `nanos` is 0.
  std::int64_t version = 0;     // Number of the list that had it first.

  friend bool operator==(const Price&, const Price&) = default;
};

/// What is priced: whose usage, of what, where and on which terms.
struct PriceScope {
  std::string_view gpu_type = {};
  std::string_view project_id = {};
  std::string_view region = {};
  std::string_view tier = {};  // Empty: on demand.
};

/// All prices there ever were and those announced. Immutable; copies are cheap.
///
/// Of the lines that fit, the most specific in force counts: a project's own before the
/// general ones; among these the one of the region and the tier, then of the region, then of
/// the tier, then of neither. Of two for the same thing from the same hour on, that of the
/// later version.
class PriceList {
 public:
  PriceList() : PriceList(std::vector<Price>{}) {}
  explicit PriceList(std::vector<Price> prices, std::int64_t version = 0);

  /// Rises with every change of the list.
  std::int64_t version() const { return lines_->version; }

  /// Nano-dollars a unit costs at `time_us`; nullopt when it has no price then.
  std::optional<std::int64_t> At(PriceUnit unit, const PriceScope& scope,
                                 std::int64_t time_us) const;

  /// The same, of the general lines.
  std::optional<std::int64_t> At(PriceUnit unit, std::string_view gpu_type,
                                 std::int64_t time_us) const {
    return At(unit, PriceScope{.gpu_type = gpu_type}, time_us);
  }
  std::optional<std::int64_t> GpuSecond(std::string_view gpu_type, std::int64_t time_us) const {
    return At(PriceUnit::kGpuSecond, gpu_type, time_us);
  }
  std::optional<std::int64_t> Invocation(std::int64_t time_us) const {
    return At(PriceUnit::kInvocation, "", time_us);
  }

  /// The general lines in force at `time_us` and those of the project, sorted by unit, GPU
  /// type, region, tier and project.
  std::vector<Price> InForce(std::int64_t time_us, std::string_view project_id = "") const;

 private:
  struct Lines {
    std::vector<Price> prices;  // Sorted by what they are for, hour and version.
    unsigned shapes = 0;        // A bit for each shape (pricing.cc) that a line has.
    std::int64_t version = 0;
  };

  std::shared_ptr<const Lines> lines_;
};

}  // namespace furnace::metering
