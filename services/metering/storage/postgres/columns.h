#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/connection.h"

namespace furnace::metering {

/// One column of many rows, as an array parameter for unnest: `get` of each item.
template <typename Items, typename Get>
std::string Column(const Items& items, const Get& get) {
  std::vector<postgres::Param> values;
  values.reserve(items.size());
  for (const auto& item : items) values.emplace_back(get(item));
  return postgres::ArrayLiteral(values);
}

/// A bigint column; `get` returns an integer of at most 64 bits.
template <typename Items, typename Get>
std::string IntColumn(const Items& items, const Get& get) {
  return Column(items, [&](const auto& item) { return std::to_string(get(item)); });
}

}  // namespace furnace::metering
