#include "services/metering/storage/postgres/bill_row.h"

#include <optional>
#include <utility>

#include "libs/common/base/status.h"
#include "services/metering/domain/names.h"
#include "services/metering/storage/postgres/int_array.h"

namespace furnace::metering {
namespace {

std::vector<Tag> TagsIn(std::string_view text) {
  std::vector<Tag> tags;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const std::size_t equals = line.find('=');
    tags.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return tags;
}

absl::StatusOr<UsageRecord> RecordIn(const postgres::Rows& rows, int row) {
  const auto text = [&](int column) { return std::string(rows.Text(row, column)); };
  UsageRecord record{.key = {text(3), static_cast<int>(rows.Int(row, 4))},
                     .project_id = text(5),
                     .endpoint_id = text(6),
                     .worker_id = text(7),
                     .gpu_type = text(8),
                     .milli_gpus = rows.Int(row, 9),
                     .start_us = rows.Int(row, 10),
                     .end_us = rows.Int(row, 11),
                     .cold_start_us = rows.Int(row, 13),
                     .warm = rows.Bool(row, 15),
                     .covered = rows.Bool(row, 16),
                     .vram_mib = rows.Int(row, 17),
                     .bytes = rows.Int(row, 18),
                     .region = text(19),
                     .tier = text(20),
                     .tags = TagsIn(rows.Text(row, 21)),
                     .api_key_id = text(22),
                     .tokens = rows.Int(row, 23)};
  FURNACE_ASSIGN_OR_RETURN(record.cause, ParseCause(rows.Text(row, 12)));
  FURNACE_ASSIGN_OR_RETURN(record.kind, ParseUsageKind(rows.Text(row, 14)));
  return record;
}

}  // namespace

absl::StatusOr<std::vector<BookedBill>> BillsIn(const postgres::Rows& rows) {
  std::vector<BookedBill> bills;
  bills.reserve(static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    FURNACE_ASSIGN_OR_RETURN(UsageRecord record, RecordIn(rows, row));
    FURNACE_ASSIGN_OR_RETURN(const OptionalInts prices, ParseIntArray(rows.Text(row, 24)));
    std::optional<std::int64_t> invocation;
    if (!rows.IsNull(row, 25)) invocation = rows.Int(row, 25);
    FURNACE_ASSIGN_OR_RETURN(Bill bill, RemakeBill(std::move(record), prices, invocation));
    bills.push_back({.place = {rows.Int(row, 0), static_cast<int>(rows.Int(row, 1))},
                     .recorded_us = rows.Int(row, 2),
                     .bill = std::move(bill)});
  }
  return bills;
}

std::string TagText(const std::vector<Tag>& tags) {
  std::string text;
  for (const auto& [name, value] : tags) {
    if (!text.empty()) text.push_back('\n');
    text.append(name).append("=").append(value);
  }
  return text;
}

std::string PriceArray(const Bill& bill) {
  OptionalInts prices;
  prices.reserve(bill.segments.size());
  for (const Segment& segment : bill.segments) prices.push_back(segment.price_nanos);
  return IntArray(prices);
}

}  // namespace furnace::metering
