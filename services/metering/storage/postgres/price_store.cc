#include "services/metering/storage/postgres/price_store.h"

#include <algorithm>
#include <string>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/domain/names.h"
#include "services/metering/storage/postgres/columns.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {
namespace {

using postgres::Rows;

// Columns from `first` on: unit, gpu_type, nanos, effective_from, region, tier, project, version.
absl::StatusOr<Price> PriceIn(const Rows& rows, int row, int first) {
  const auto text = [&](int column) { return std::string(rows.Text(row, first + column)); };
  Price price{.gpu_type = text(1),
              .nanos = rows.Int(row, first + 2),
              .effective_from_us = rows.Int(row, first + 3),
              .region = text(4),
              .tier = text(5),
              .project_id = text(6),
              .ended = rows.IsNull(row, first + 2),
              .version = rows.Int(row, first + 7)};
  FURNACE_ASSIGN_OR_RETURN(price.unit, ParsePriceUnit(rows.Text(row, first)));
  return price;
}

absl::StatusOr<std::vector<PriceLine>> LinesIn(const Rows& rows) {
  std::vector<PriceLine> lines;
  for (int row = 0; row < rows.size(); ++row) {
    PriceLine& line = lines.emplace_back();
    line.id = rows.Int(row, 0);
    FURNACE_ASSIGN_OR_RETURN(line.price, PriceIn(rows, row, 1));
    line.announced_us = rows.Int(row, 9);
    if (!rows.IsNull(row, 10)) line.withdrawn_us = rows.Int(row, 10);
  }
  return lines;
}

postgres::Param OptionalId(const std::string& id) {
  if (id.empty()) return std::nullopt;
  return id;
}

postgres::Param NanosOf(const Price& price) {
  if (price.ended) return std::nullopt;
  return std::to_string(price.nanos);
}

postgres::Param TimeOf(std::int64_t time_us) {
  return postgres::TimeParam(absl::FromUnixMicros(time_us));
}

}  // namespace

absl::StatusOr<PriceList> PostgresPriceStore::Load() {
  FURNACE_ASSIGN_OR_RETURN(const Rows current, pool_.Exec(sql::kSelectPriceVersion, {}));
  if (current.empty()) return absl::InternalError("the price list has no version");
  const std::int64_t version = current.Int(0, 0);
  {
    MutexLock lock(mutex_);
    if (cached_.version() == version) return cached_;
  }
  FURNACE_ASSIGN_OR_RETURN(const Rows rows, pool_.Exec(sql::kSelectPrices, {}));
  std::vector<Price> prices;
  prices.reserve(static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(Price price, PriceIn(rows, row, 0));
    prices.push_back(std::move(price));
  }
  // Lines may be newer than `version`: then the next Load finds that it has risen.
  PriceList list(std::move(prices), version);
  MutexLock lock(mutex_);
  if (cached_.version() < version) cached_ = list;
  return list;
}

absl::StatusOr<std::vector<PriceLine>> PostgresPriceStore::Announce(std::span<const Price> prices,
                                                                    std::int64_t now_us) {
  using Line = const Price&;
  FURNACE_ASSIGN_OR_RETURN(
      const Rows rows,
      pool_.Exec(
          sql::kInsertPrices,
          {Column(prices, [](Line price) { return std::string(NameOf(price.unit)); }),
           Column(prices, [](Line price) { return price.gpu_type; }),
           Column(prices, [](Line price) { return price.region; }),
           Column(prices, [](Line price) { return price.tier; }),
           Column(prices, [](Line price) { return OptionalId(price.project_id); }),
           Column(prices, NanosOf),
           IntColumn(prices, [](Line price) { return price.effective_from_us; }), TimeOf(now_us)}));
  FURNACE_ASSIGN_OR_RETURN(std::vector<PriceLine> lines, LinesIn(rows));
  std::sort(lines.begin(), lines.end(),
            [](const PriceLine& a, const PriceLine& b) { return a.id < b.id; });
  return lines;
}

absl::StatusOr<PriceLine> PostgresPriceStore::Withdraw(std::int64_t id, std::int64_t now_us) {
  FURNACE_ASSIGN_OR_RETURN(const Rows withdrawn,
                           pool_.Exec(sql::kWithdrawPrice, {std::to_string(id), TimeOf(now_us)}));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<PriceLine> changed, LinesIn(withdrawn));
  if (!changed.empty()) return changed[0];
  FURNACE_ASSIGN_OR_RETURN(const std::vector<PriceLine> found,
                           List({.after_id = id - 1, .limit = 1}));
  if (found.empty() || found[0].id != id) {
    return Error(absl::StatusCode::kNotFound, "there is no price {}", id);
  }
  if (found[0].withdrawn_us) return found[0];
  return Error(absl::StatusCode::kFailedPrecondition, "price {} is in force", id);
}

absl::StatusOr<std::vector<PriceLine>> PostgresPriceStore::List(const PriceHistoryQuery& query) {
  FURNACE_ASSIGN_OR_RETURN(const Rows rows,
                           pool_.Exec(sql::kSelectPriceLines,
                                      {OptionalId(query.project_id), std::to_string(query.after_id),
                                       std::to_string(query.limit)}));
  return LinesIn(rows);
}

}  // namespace furnace::metering
