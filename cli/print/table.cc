#include "cli/print/table.h"

#include <algorithm>
#include <utility>

namespace furnace::cli {
namespace {

// Columns a cell takes, counting code points: bytes that do not continue one.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  }));
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string printable(text);
  for (std::size_t i = 0; i < printable.size(); ++i) {
    const auto byte = static_cast<unsigned char>(printable[i]);
    const bool c1_control =  // U+0080 to U+009F, which some terminals obey.
        byte == 0xC2 && i + 1 < printable.size() &&
        static_cast<unsigned char>(printable[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F) printable[i] = '?';
    if (c1_control) printable.replace(i, 2, "?");
  }
  return printable;
}

Table::Table(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }

void Table::Add(std::vector<std::string> cells) {
  cells.resize(rows_.front().size());
  for (std::string& cell : cells) cell = Printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::ToString() const {
  if (rows_.size() == 1) return "none\n";
  constexpr std::size_t kGap = 2;
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - Width(row[i]) + kGap, ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace furnace::cli
