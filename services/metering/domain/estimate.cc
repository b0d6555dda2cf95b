#include "services/metering/domain/estimate.h"

#include <algorithm>
#include <utility>

namespace furnace::metering {
namespace {

constexpr std::int64_t kOneGpu = kMilliGpus;

// The lines of history that `query` allows: each a type, a size and two times.
std::vector<Durations> Fitting(const EstimateQuery& query, const std::vector<Durations>& history) {
  std::vector<Durations> fitting;
  for (const Durations& line : history) {
    const auto& types = query.gpu_types;
    const bool type_fits =
        types.empty() || std::find(types.begin(), types.end(), line.gpu_type) != types.end();
    const bool size_fits = query.milli_gpus == 0 || query.milli_gpus == line.milli_gpus;
    if (type_fits && size_fits) fitting.push_back(line);
  }
  return fitting;
}

// Of what was asked for, what history knows nothing of: only the times matter there.
std::vector<Durations> Given(const EstimateQuery& query, const std::vector<Durations>& known) {
  std::vector<Durations> given;
  for (const std::string& gpu_type : query.gpu_types) {
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const Durations& line) {
      return line.gpu_type == gpu_type;
    });
    if (is_known) continue;
    given.push_back(
        {.gpu_type = gpu_type, .milli_gpus = query.milli_gpus == 0 ? kOneGpu : query.milli_gpus});
  }
  return given;
}

AttoUsd CostOf(const EstimateQuery& query, const Durations& line, std::int64_t execution_us,
               std::int64_t gpu_second, std::int64_t invocation) {
  const AttoUsd gpu =
      line.covered ? AttoUsd{} : GpuCharge(gpu_second, execution_us * line.milli_gpus);
  return {(gpu.value + FromNanos(invocation).value) * query.jobs};
}

EstimateRow RowOf(const EstimateQuery& query, Durations line, const PriceList& prices,
                  std::int64_t now_us) {
  const PriceScope gpu{.gpu_type = line.gpu_type, .project_id = query.project_id};
  const auto gpu_second = prices.At(PriceUnit::kGpuSecond, gpu, now_us);
  const std::int64_t invocation =
      prices.At(PriceUnit::kInvocation, {.project_id = query.project_id}, now_us).value_or(0);
  EstimateRow row{.durations = std::move(line)};
  row.priced = row.durations.covered || gpu_second.has_value();
  if (!row.priced) return row;
  const std::int64_t price = gpu_second.value_or(0);
  row.low = CostOf(query, row.durations, row.durations.p50_us, price, invocation);
  row.high = CostOf(query, row.durations, row.durations.p90_us, price, invocation);
  return row;
}

}  // namespace

absl::StatusOr<std::vector<EstimateRow>> Estimate(const EstimateQuery& query,
                                                  const std::vector<Durations>& history,
                                                  const PriceList& prices, std::int64_t now_us) {
  std::vector<Durations> lines = Fitting(query, history);
  for (Durations& line : Given(query, lines)) lines.push_back(std::move(line));
  if (lines.empty()) {
    return absl::FailedPreconditionError("gpu_types: not given, and not known from past jobs");
  }
  std::vector<EstimateRow> rows;
  for (Durations& line : lines) {
    if (query.execution_us > 0) {
      line.p50_us = line.p90_us = query.execution_us;
      line.attempts = 0;
    } else if (line.attempts == 0) {
      return absl::FailedPreconditionError("execution_us: not given, and not known from past jobs");
    }
    rows.push_back(RowOf(query, std::move(line), prices, now_us));
  }
  return rows;
}

}  // namespace furnace::metering
