#include "services/metering/storage/postgres/price_store.h"

#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/status.h"
#include "services/metering/domain/names.h"
#include "services/metering/storage/postgres/sql.h"

namespace furnace::metering {

absl::StatusOr<PriceList> PostgresPriceStore::Load() {
  FURNACE_ASSIGN_OR_RETURN(const postgres::Rows rows, pool_.Exec(sql::kSelectPrices, {}));
  std::vector<Price> prices;
  prices.reserve(static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    Price& price = prices.emplace_back();
    FURNACE_ASSIGN_OR_RETURN(price.unit, ParsePriceUnit(rows.Text(row, 0)));
    price.gpu_type = rows.Text(row, 1);
    price.nanos = rows.Int(row, 2);
    price.effective_from_us = rows.Int(row, 3);
  }
  return PriceList(std::move(prices));
}

}  // namespace furnace::metering
