#include "services/metering/storage/postgres/report_store.h"

#include <optional>
#include <string>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/domain/names.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

constexpr int kFirstSum = 9;  // Column of the first sum.

postgres::Param BoolParam(bool value) { return value ? "true" : "false"; }

std::string NameOfUnit(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kNone: break;
    case TimeUnit::kHour: return "hour";
    case TimeUnit::kDay: return "day";
    case TimeUnit::kMonth: return "month";
  }
  return "";
}

std::vector<postgres::Param> ParametersOf(const CostQuery& query, std::int64_t offset, int limit) {
  std::vector<postgres::Param> parameters = {query.project_id,
                                             std::to_string(query.period.start_us),
                                             std::to_string(query.period.end_us),
                                             query.endpoint_id,
                                             query.gpu_type,
                                             query.api_key_id,
                                             NameOfUnit(query.by_time),
                                             BoolParam(query.by_endpoint),
                                             BoolParam(query.by_gpu_type),
                                             BoolParam(query.by_api_key),
                                             BoolParam(query.by_kind),
                                             BoolParam(query.by_worker),
                                             BoolParam(query.by_tag.has_value()),
                                             BoolParam(query.by_job),
                                             std::to_string(offset),
                                             std::to_string(limit),
                                             BoolParam(query.dearest_first)};
  if (!NeedsRecords(query)) return parameters;
  postgres::Param kind;
  if (query.kind) kind = std::string(NameOf(*query.kind));
  postgres::Param tag;
  if (query.by_tag) tag = *query.by_tag + "=";
  parameters.insert(parameters.end(), {kind, query.worker_id, query.tagged, tag});
  return parameters;
}

absl::StatusOr<UsageSums> SumsIn(const postgres::Rows& rows, int row) {
  UsageSums sums;
  Int128* const fields[] = {&sums.gpu_milli_us,
                            &sums.credited_gpu_milli_us,
                            &sums.unpriced_gpu_milli_us,
                            &sums.invocations,
                            &sums.cold_start_us,
                            &sums.covered_gpu_milli_us,
                            &sums.byte_us,
                            &sums.tokens,
                            &sums.cost.value};
  int column = kFirstSum;
  for (Int128* const field : fields) {
    FURNACE_ASSIGN_OR_RETURN(*field, ParseInt128(rows.Text(row, column++)));
  }
  return sums;
}

absl::StatusOr<CostRow> CostRowIn(const postgres::Rows& rows, int row) {
  const auto text = [&](int column) { return std::string(rows.Text(row, column)); };
  CostRow cost{.endpoint_id = text(2),
               .gpu_type = text(3),
               .api_key_id = text(4),
               .worker_id = text(6),
               .tag_value = text(7),
               .job_id = text(8)};
  if (!rows.IsNull(row, 1)) cost.time_us = rows.Int(row, 1);
  if (!rows.IsNull(row, 5)) {
    FURNACE_ASSIGN_OR_RETURN(cost.kind, ParseUsageKind(rows.Text(row, 5)));
  }
  FURNACE_ASSIGN_OR_RETURN(cost.sums, SumsIn(rows, row));
  FURNACE_ASSIGN_OR_RETURN(cost.jobs, ParseInt128(rows.Text(row, kFirstSum + 9)));
  return cost;
}

}  // namespace

absl::StatusOr<CostPage> PostgresReportStore::Costs(const CostQuery& query, std::int64_t offset,
                                                    int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(NeedsRecords(query) ? sql::kSelectCostOfRecords : sql::kSelectCostOfHours,
                 ParametersOf(query, offset, limit)));
  CostPage page;
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(CostRow cost, CostRowIn(rows, row));
    if (rows.Bool(row, 0)) {
      page.total = std::move(cost);
    } else {
      page.rows.push_back(std::move(cost));
    }
  }
  return page;
}

absl::StatusOr<std::vector<Durations>> PostgresReportStore::DurationsOf(
    const std::string& project_id, const std::string& endpoint_id, std::int64_t since_us) {
  FURNACE_ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      pool_.Exec(sql::kSelectDurations, {project_id, endpoint_id, std::to_string(since_us),
                                         std::to_string(kMaxDurationSamples)}));
  std::vector<Durations> durations;
  for (int row = 0; row < rows.size(); ++row) {
    durations.push_back({.gpu_type = std::string(rows.Text(row, 0)),
                         .milli_gpus = rows.Int(row, 1),
                         .covered = rows.Bool(row, 2),
                         .attempts = rows.Int(row, 3),
                         .p50_us = rows.Int(row, 4),
                         .p90_us = rows.Int(row, 5)});
  }
  return durations;
}

}  // namespace furnace::metering
